"""The first brochure template and service catalogue of a union, in three languages. Staff edit them in the admin."""

from materials.brochures.models import BrochureTemplate, ServiceOffer

TEMPLATES = {
    "fi": {
        "title": "Yhdessä lapsiperheiden arjen tukena",
        "lead": "Kunta ja yhdistys tavoittavat perheet parhaiten yhdessä. Tässä kerromme, mitä teemme ja mitä "
        "voisimme tehdä kanssanne.",
        "gives": [
            "Perheet saavat tukea varhain, ennen kuin huolet kasvavat.",
            "Perheille on tarjolla enemmän erilaista tekemistä ja tukea.",
            "Kunta ja yhdistys eivät tee samaa työtä kahteen kertaan.",
            "Avointa varhaiskasvatusta on useammassa paikassa ja useammin.",
            "Palvelut muuttuvat sen mukaan, mitä perheet tarvitsevat.",
            "Perheet ovat mukana suunnittelemassa ja toteuttamassa palveluja.",
            "Vanhemmat saavat voimia toisistaan ja jaksavat paremmin.",
        ],
        "pays": [
            "Kun apu tulee ajoissa, moni pulma ratkeaa jo arjessa. Usein riittää, että toinen vanhempi kuuntelee ja "
            "jakaa kokemuksensa. Silloin raskaampia palveluja tarvitaan vähemmän.",
            "Vapaaehtoisten työ tuo perheille kohtaamisia, joita kunta ei yksin pystyisi järjestämään. Kunnan tilat, "
            "avustus ja yhteinen viestintä palaavat takaisin hyvinvointina, joka näkyy koko kunnassa.",
        ],
        "next_steps": [
            "Tavataan ja kerrotaan puolin ja toisin, mitä perheille jo tarjotaan.",
            "Valitaan yksi tai kaksi asiaa, jotka aloitetaan yhdessä.",
            "Sovitaan kirjallisesti tehtävistä, tiloista ja kustannuksista.",
            "Kysytään perheiltä palautetta ja arvioidaan yhteistyötä vuosittain.",
        ],
        "back_cover": ["Ottakaa yhteyttä. Tulemme mielellämme kertomaan lisää."],
    },
    "sv": {
        "title": "Tillsammans för barnfamiljernas vardag",
        "lead": "Kommunen och föreningen når familjerna bäst tillsammans. Här berättar vi vad vi gör och vad vi "
        "kunde göra med er.",
        "gives": [
            "Familjerna får stöd tidigt, innan bekymren växer.",
            "Utbudet för familjerna blir mångsidigare.",
            "Kommunen och föreningen gör inte samma arbete två gånger.",
            "Öppen småbarnspedagogik ordnas på fler ställen och oftare.",
            "Servicen utvecklas efter vad familjerna behöver.",
            "Familjerna är med och planerar och genomför servicen.",
            "Föräldrarna får kraft av varandra och orkar bättre.",
        ],
        "pays": [
            "När hjälpen kommer i tid löser sig många problem redan i vardagen. Ofta räcker det att en annan förälder "
            "lyssnar och delar med sig av sina erfarenheter. Då behövs mindre av den tyngre servicen.",
            "De frivilligas arbete ger familjerna möten som kommunen inte ensam kunde ordna. Kommunens lokaler, bidrag "
            "och gemensam information kommer tillbaka som välmående i hela kommunen.",
        ],
        "next_steps": [
            "Vi träffas och berättar för varandra vad familjerna redan erbjuds.",
            "Vi väljer en eller två saker som vi börjar med tillsammans.",
            "Vi kommer skriftligt överens om uppgifter, lokaler och kostnader.",
            "Vi frågar familjerna om deras åsikter och utvärderar samarbetet varje år.",
        ],
        "back_cover": ["Ta kontakt. Vi kommer gärna och berättar mer."],
    },
    "en": {
        "title": "Together for families’ everyday life",
        "lead": "A municipality and an association reach families best together. Here is what we do and what we "
        "could do with you.",
        "gives": [
            "Families get support early, before worries grow.",
            "Families have more kinds of activities and help to choose from.",
            "The municipality and the association do not do the same work twice.",
            "Open early childhood education is offered in more places and more often.",
            "Services change with what families need.",
            "Families take part in planning and running the services.",
            "Parents find strength in one another and cope better.",
        ],
        "pays": [
            "When help comes in time, many problems are solved in everyday life. Often it is enough that another "
            "parent listens and shares what they have been through. Then heavier services are needed less.",
            "Volunteers bring families together in ways that the municipality could not arrange alone. Rooms, grants "
            "and shared communication come back as wellbeing that the whole municipality can see.",
        ],
        "next_steps": [
            "We meet and tell each other what families are offered today.",
            "We choose one or two things to start together.",
            "We agree in writing on tasks, rooms and costs.",
            "We ask families what they think and look at the cooperation every year.",
        ],
        "back_cover": ["Get in touch. We will gladly come and tell you more."],
    },
}

# key, icon, (name, sentence) in fi, sv and en; the order is the catalogue's.
SERVICES = [
    (
        "open-meeting-places",
        "home",
        ("Avoimet kohtaamispaikat", "Perhekahvilassa voi tavata muita perheitä ilman ilmoittautumista."),
        ("Öppna mötesplatser", "På familjekaféet träffar man andra familjer utan anmälan."),
        ("Open meeting places", "At a family café you can meet other families without signing up."),
    ),
    (
        "peer-support",
        "users",
        ("Vertaistuki", "Samaa elävät vanhemmat jakavat kokemuksiaan ohjatuissa ryhmissä."),
        ("Kamratstöd", "Föräldrar i samma situation delar erfarenheter i ledda grupper."),
        ("Peer support", "Parents in the same situation share experiences in guided groups."),
    ),
    (
        "across-generations",
        "handshake",
        (
            "Sukupolvia yhdistävä toiminta",
            "Vapaaehtoiset mummit ja vaarit ovat mukana päiväkodin, koulun ja kerhojen arjessa.",
        ),
        (
            "Verksamhet över generationer",
            "Frivilliga mor- och farföräldrar deltar i vardagen på daghem, i skolor och klubbar.",
        ),
        (
            "Bringing generations together",
            "Volunteer grandparents join the everyday life of day care, schools and clubs.",
        ),
    ),
    (
        "support-persons",
        "user-circle",
        ("Tukihenkilötoiminta", "Koulutettu aikuinen kulkee perheen tai nuoren rinnalla."),
        ("Stödpersoner", "En utbildad vuxen går vid sidan av en familj eller en ung person."),
        ("Support persons", "A trained adult walks beside a family or a young person."),
    ),
    (
        "events",
        "calendar",
        ("Tapahtumat", "Koko perheen tapahtumat tuovat kuntalaiset yhteen eri puolilla kuntaa."),
        ("Evenemang", "Evenemang för hela familjen samlar invånarna i olika delar av kommunen."),
        ("Events", "Events for the whole family bring people together all over the municipality."),
    ),
    (
        "temporary-child-care",
        "clock",
        ("Tilapäinen lastenhoitoapu", "Kurssin käynyt hoitaja tulee kotiin muutamaksi tunniksi."),
        ("Tillfällig barnvakt", "En barnvakt som gått en kurs kommer hem för några timmar."),
        ("Temporary child care", "A child minder who has taken a course comes to the home for a few hours."),
    ),
    (
        "helpline",
        "phone",
        (
            "Auttava puhelin ja nettikirjepalvelu",
            "Lapsi, nuori tai vanhempi voi soittaa tai kirjoittaa nimettömänä aikuiselle, joka kuuntelee.",
        ),
        (
            "Hjälptelefon och brevtjänst på nätet",
            "Barn, unga och föräldrar kan anonymt ringa eller skriva till en vuxen som lyssnar.",
        ),
        (
            "Helpline and online letters",
            "A child, a young person or a parent can call or write anonymously to an adult who listens.",
        ),
    ),
]


def default_template(union):
    """Give a union its first templates (fi, sv, en) and service catalogue. The Finnish template.

    What staff have changed since stays: running it again adds only what is missing.
    """
    for order, (key, icon, *words) in enumerate(SERVICES, start=1):
        facts = {"icon": icon, "order": order * 10}
        for language, (name, sentence) in zip(("fi", "sv", "en"), words, strict=True):
            facts |= {f"name_{language}": name, f"sentence_{language}": sentence}
        ServiceOffer.objects.get_or_create(union=union, key=key, defaults=facts)
    for language, words in TEMPLATES.items():
        texts = {name: "\n".join(text) if isinstance(text, list) else text for name, text in words.items()}
        BrochureTemplate.objects.get_or_create(union=union, language=language, active=True, defaults=texts)
    return BrochureTemplate.objects.in_use(union).get(language="fi")
