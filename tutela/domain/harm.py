"""Which harm a category and a keyword speak of: what a case is about, besides its subject."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tutela.domain.vocabulary import Category, Keyword


class HarmFamily(StrEnum):
    """Harms that one decision can weigh together; notices of one family share a case."""

    #: Harm to a child: sexual abuse, grooming, trafficking, content that endangers minors.
    CHILD_SAFETY = "child_safety"
    #: Violence against persons, exploitation, incitement to it.
    VIOLENCE_AND_THREAT = "violence_and_threat"
    #: Suicide, self-mutilation, eating disorders.
    SELF_HARM = "self_harm"
    #: Harassment, stalking, non-consensual images of adults.
    CYBER_VIOLENCE = "cyber_violence"
    #: Hate speech, defamation, discrimination.
    SPEECH = "speech"
    #: Terrorist content, illegal organisations, risks for public health or the environment.
    PUBLIC_SECURITY = "public_security"
    #: Fraud, phishing, impersonation, inauthentic accounts.
    SCAMS = "scams"
    #: Rights of holders, data subjects and consumers.
    RIGHTS = "rights"
    #: Unsafe or prohibited products.
    PRODUCTS = "products"
    #: Elections and civic discourse.
    CIVIC = "civic"
    #: Animal welfare.
    ANIMAL = "animal"
    #: Only the terms and conditions are said to be broken.
    TERMS = "terms"
    #: The notifier named no category.
    UNSPECIFIED = "unspecified"


_OF_CATEGORY: Final[Mapping[Category, HarmFamily]] = MappingProxyType(
    {
        Category.ANIMAL_WELFARE: HarmFamily.ANIMAL,
        Category.CONSUMER_INFORMATION: HarmFamily.RIGHTS,
        Category.CYBER_VIOLENCE: HarmFamily.CYBER_VIOLENCE,
        Category.CYBER_VIOLENCE_AGAINST_WOMEN: HarmFamily.CYBER_VIOLENCE,
        Category.DATA_PROTECTION_AND_PRIVACY_VIOLATIONS: HarmFamily.RIGHTS,
        Category.ILLEGAL_OR_HARMFUL_SPEECH: HarmFamily.SPEECH,
        Category.INTELLECTUAL_PROPERTY_INFRINGEMENTS: HarmFamily.RIGHTS,
        Category.NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS: HarmFamily.CIVIC,
        Category.NOT_SPECIFIED_NOTICE: HarmFamily.UNSPECIFIED,
        Category.OTHER_VIOLATION_TC: HarmFamily.TERMS,
        Category.PROTECTION_OF_MINORS: HarmFamily.CHILD_SAFETY,
        Category.RISK_FOR_PUBLIC_SECURITY: HarmFamily.PUBLIC_SECURITY,
        Category.SCAMS_AND_FRAUD: HarmFamily.SCAMS,
        Category.SELF_HARM: HarmFamily.SELF_HARM,
        Category.UNSAFE_AND_PROHIBITED_PRODUCTS: HarmFamily.PRODUCTS,
        Category.VIOLENCE: HarmFamily.VIOLENCE_AND_THREAT,
    }
)

#: Keywords that stand under one category in Implementing Regulation (EU) 2024/2835; a keyword that
#: stands under several (`KEYWORD_OTHER`) says nothing by itself. `KEYWORD_STALKING` stands under
#: none in version 2 and is read with its neighbours.
_HOME: Final[Mapping[Category, str]] = MappingProxyType(
    {
        Category.ANIMAL_WELFARE: "ANIMAL_HARM UNLAWFUL_SALE_ANIMALS",
        Category.CONSUMER_INFORMATION: """
            HIDDEN_ADVERTISEMENT INSUFFICIENT_INFORMATION_ON_TRADERS MISLEADING_INFO_GOODS_SERVICES
            MISLEADING_INFO_CONSUMER_RIGHTS NONCOMPLIANCE_PRICING
        """,
        Category.CYBER_VIOLENCE: """
            CYBER_BULLYING_INTIMIDATION CYBER_HARASSMENT CYBER_INCITEMENT CYBER_STALKING STALKING
            NON_CONSENSUAL_IMAGE_SHARING NON_CONSENSUAL_MATERIAL_DEEPFAKE
        """,
        Category.CYBER_VIOLENCE_AGAINST_WOMEN: """
            BULLYING_AGAINST_GIRLS CYBER_HARASSMENT_AGAINST_WOMEN CYBER_STALKING_AGAINST_WOMEN
            FEMALE_GENDERED_DISINFORMATION INCITEMENT_AGAINST_WOMEN
            NON_CONSENSUAL_IMAGE_SHARING_AGAINST_WOMEN
            NON_CONSENSUAL_MATERIAL_DEEPFAKE_AGAINST_WOMEN
        """,
        Category.DATA_PROTECTION_AND_PRIVACY_VIOLATIONS: """
            BIOMETRIC_DATA_BREACH DATA_FALSIFICATION MISSING_PROCESSING_GROUND RIGHT_TO_BE_FORGOTTEN
        """,
        Category.ILLEGAL_OR_HARMFUL_SPEECH: "DEFAMATION DISCRIMINATION HATE_SPEECH",
        Category.INTELLECTUAL_PROPERTY_INFRINGEMENTS: """
            COPYRIGHT_INFRINGEMENT DESIGN_INFRINGEMENT GEOGRAPHIC_INDICATIONS_INFRINGEMENT
            PATENT_INFRINGEMENT TRADE_SECRET_INFRINGEMENT TRADEMARK_INFRINGEMENT
        """,
        Category.NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS: """
            MISINFORMATION_DISINFORMATION VIOLATION_EU_LAW VIOLATION_NATIONAL_LAW
        """,
        Category.PROTECTION_OF_MINORS: """
            AGE_SPECIFIC_RESTRICTIONS_MINORS CHILD_SEXUAL_ABUSE_MATERIAL
            CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE GROOMING_SEXUAL_ENTICEMENT_MINORS UNSAFE_CHALLENGES
        """,
        Category.RISK_FOR_PUBLIC_SECURITY: """
            ILLEGAL_ORGANIZATIONS RISK_ENVIRONMENTAL_DAMAGE RISK_PUBLIC_HEALTH TERRORIST_CONTENT
        """,
        Category.SCAMS_AND_FRAUD: """
            IMPERSONATION_ACCOUNT_HIJACKING INAUTHENTIC_ACCOUNTS INAUTHENTIC_LISTINGS
            INAUTHENTIC_USER_REVIEWS PHISHING PYRAMID_SCHEMES
        """,
        Category.SELF_HARM: "CONTENT_PROMOTING_EATING_DISORDERS SELF_MUTILATION SUICIDE",
        Category.UNSAFE_AND_PROHIBITED_PRODUCTS: "PROHIBITED_PRODUCTS UNSAFE_PRODUCTS",
        Category.VIOLENCE: """
            COORDINATED_HARM INCITEMENT_VIOLENCE_HATRED HUMAN_EXPLOITATION HUMAN_TRAFFICKING
            TRAFFICKING_WOMEN_GIRLS
        """,
        Category.OTHER_VIOLATION_TC: """
            ADULT_SEXUAL_MATERIAL AGE_SPECIFIC_RESTRICTIONS GEOGRAPHICAL_REQUIREMENTS
            GOODS_SERVICES_NOT_PERMITTED LANGUAGE_REQUIREMENTS NUDITY
        """,
    }
)

#: The category under which a keyword stands, for every keyword but `KEYWORD_OTHER`.
CATEGORY_OF_KEYWORD: Final[Mapping[Keyword, Category]] = MappingProxyType(
    {Keyword[name]: category for category, names in _HOME.items() for name in names.split()}
)

#: Keywords that speak of a child under whatever category they come: those of "Protection of minors"
#: and the two that name girls.
CHILD_KEYWORDS: Final[frozenset[Keyword]] = frozenset(
    keyword
    for keyword, category in CATEGORY_OF_KEYWORD.items()
    if category is Category.PROTECTION_OF_MINORS
) | {Keyword.BULLYING_AGAINST_GIRLS, Keyword.TRAFFICKING_WOMEN_GIRLS}


def harm_family(category: Category, *, keyword: Keyword | None = None) -> HarmFamily:
    """The family of a notice or a decision; defined for every category and keyword.

    A keyword about children decides; else the category; where the notifier named no category, the
    keyword's own.
    """
    if keyword in CHILD_KEYWORDS:
        return HarmFamily.CHILD_SAFETY
    if category is Category.NOT_SPECIFIED_NOTICE and keyword is not None:
        category = CATEGORY_OF_KEYWORD.get(keyword, category)
    return _OF_CATEGORY[category]
