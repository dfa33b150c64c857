// Passkeys: a form marked data-passkey asks the browser for a credential before it is sent.
// The forms are hidden in the page; only a browser that can do this shows them.

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
const withBytes = (list) => list?.map((item) => ({ ...item, id: toBytes(item.id) }))

async function create ({ publicKey }) {
  const key = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
      excludeCredentials: withBytes(publicKey.excludeCredentials),
      authenticatorSelection: {
        ...publicKey.authenticatorSelection,
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required'
      }
    }
  })
  return answer(key, {
    attestationObject: toText(key.response.attestationObject),
    transports: key.response.getTransports?.() ?? []
  })
}

async function get ({ publicKey }) {
  const key = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      allowCredentials: withBytes(publicKey.allowCredentials)
    }
  })
  const { authenticatorData, signature, userHandle } = key.response
  return answer(key, {
    authenticatorData: toText(authenticatorData),
    signature: toText(signature),
    userHandle: userHandle ? toText(userHandle) : null
  })
}

function answer (key, response) {
  return {
    id: key.id,
    rawId: toText(key.rawId),
    type: key.type,
    authenticatorAttachment: key.authenticatorAttachment ?? null,
    clientExtensionResults: key.getClientExtensionResults(),
    response: { clientDataJSON: toText(key.response.clientDataJSON), ...response }
  }
}

async function options (form) {
  if (form.dataset.passkey === 'login') {
    const reply = await fetch(form.action, { headers: { Accept: 'application/json' } })
    if (!reply.ok) throw new Error(reply.status)
    return (await reply.json()).request_options
  }
  const data = JSON.parse(form.querySelector('script[type="application/json"]').textContent)
  return data.creation_options ?? data.request_options
}

function prepare (form) {
  const field = form.elements.namedItem('credential')
  const fault = form.querySelector('[data-passkey-error]') ?? form.parentElement.querySelector('[data-passkey-error]')
  form.hidden = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (fault) fault.hidden = true
    try {
      const wanted = await options(form)
      const key = form.dataset.passkey === 'create' ? await create(wanted) : await get(wanted)
      field.value = JSON.stringify(key)
      form.submit()
    } catch {
      // Closed the window, no such key, took too long: the reader is told the same.
      if (fault) fault.hidden = false
    }
  })
}

if (window.PublicKeyCredential && navigator.credentials) {
  document.querySelectorAll('form[data-passkey]').forEach(prepare)
}
