"""How small a council may be: the law's rule for a population."""

from associations.places.models import CouncilSizeRule


def smallest_council(level, population):
    """The CouncilSizeRule that holds for the population, or None while there are no rules. One query."""
    rules = CouncilSizeRule.objects.filter(level=level, population_from__lte=population)
    return rules.order_by("-population_from").first()
