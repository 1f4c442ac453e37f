"""The combinations of parameters that US Core 6.1 names for each type. Any other one is served as well. Pure."""

_TABLE = """
AllergyIntolerance patient+clinical-status
CarePlan patient+category patient+category+date patient+category+status patient+category+status+date
CareTeam patient+role patient+status
Condition patient+abatement-date patient+asserted-date patient+category patient+category+clinical-status
Condition patient+category+encounter patient+clinical-status patient+code patient+onset-date patient+recorded-date
Device patient+status patient+type
DiagnosticReport patient+category patient+category+date patient+code patient+code+date patient+status
DocumentReference patient+category patient+category+date patient+status patient+type patient+type+period
Encounter patient+class patient+date patient+discharge-disposition patient+location patient+status patient+type
Goal patient+description patient+lifecycle-status patient+target-date
Immunization patient+date patient+status
MedicationDispense patient+status patient+status+type
MedicationRequest patient+intent patient+intent+authoredon patient+intent+encounter patient+intent+status
Observation patient+category patient+category+date patient+category+status patient+code patient+code+date
Patient birthdate+family birthdate+name death-date+family family+gender gender+name
Procedure patient+code+date patient+date patient+status
QuestionnaireResponse patient+authored patient+questionnaire patient+status
RelatedPerson patient+name
ServiceRequest patient+category patient+category+authored patient+code patient+code+authored patient+status
"""


def of(type_name: str) -> list[tuple[str, ...]]:
    """The combinations of a type."""
    lines = [line.split(" ") for line in _TABLE.split("\n")]
    return [tuple(one.split("+")) for name, *found in lines if name == type_name for one in found]
