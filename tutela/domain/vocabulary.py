"""The closed lists of the trade, each with its source.

Categories and keywords are those of the DSA Transparency Database, data schema v2 (since 1 July
2025), which follows the templates of Implementing Regulation (EU) 2024/2835.
"""

from enum import StrEnum


class Category(StrEnum):
    """What is alleged or decided: `category` of a statement of reasons."""

    #: Animal welfare.
    ANIMAL_WELFARE = "STATEMENT_CATEGORY_ANIMAL_WELFARE"
    #: Consumer information infringements.
    CONSUMER_INFORMATION = "STATEMENT_CATEGORY_CONSUMER_INFORMATION"
    #: Cyber violence.
    CYBER_VIOLENCE = "STATEMENT_CATEGORY_CYBER_VIOLENCE"
    #: Cyber violence against women.
    CYBER_VIOLENCE_AGAINST_WOMEN = "STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN"
    #: Data protection and privacy violations.
    DATA_PROTECTION_AND_PRIVACY_VIOLATIONS = (
        "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS"
    )
    #: Illegal or harmful speech.
    ILLEGAL_OR_HARMFUL_SPEECH = "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"
    #: Intellectual property infringements.
    INTELLECTUAL_PROPERTY_INFRINGEMENTS = "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS"
    #: Negative effects on civic discourse or elections.
    NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS = (
        "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS"
    )
    #: Type of alleged illegal content not specified by the notifier.
    NOT_SPECIFIED_NOTICE = "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"
    #: Other violation of provider's terms and conditions.
    OTHER_VIOLATION_TC = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
    #: Protection of minors.
    PROTECTION_OF_MINORS = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"
    #: Risk for public security.
    RISK_FOR_PUBLIC_SECURITY = "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY"
    #: Scams and/or fraud.
    SCAMS_AND_FRAUD = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"
    #: Self-harm.
    SELF_HARM = "STATEMENT_CATEGORY_SELF_HARM"
    #: Unsafe, non-compliant or prohibited products.
    UNSAFE_AND_PROHIBITED_PRODUCTS = "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS"
    #: Violence.
    VIOLENCE = "STATEMENT_CATEGORY_VIOLENCE"


class Keyword(StrEnum):
    """The category made precise: `category_specification` of a statement of reasons."""

    #: Adult sexual material.
    ADULT_SEXUAL_MATERIAL = "KEYWORD_ADULT_SEXUAL_MATERIAL"
    #: Age-specific restrictions.
    AGE_SPECIFIC_RESTRICTIONS = "KEYWORD_AGE_SPECIFIC_RESTRICTIONS"
    #: Age-specific restrictions concerning minors.
    AGE_SPECIFIC_RESTRICTIONS_MINORS = "KEYWORD_AGE_SPECIFIC_RESTRICTIONS_MINORS"
    #: Animal harm.
    ANIMAL_HARM = "KEYWORD_ANIMAL_HARM"
    #: Biometric data breach.
    BIOMETRIC_DATA_BREACH = "KEYWORD_BIOMETRIC_DATA_BREACH"
    #: Cyber bullying and intimidation against girls.
    BULLYING_AGAINST_GIRLS = "KEYWORD_BULLYING_AGAINST_GIRLS"
    #: Child sexual abuse material.
    CHILD_SEXUAL_ABUSE_MATERIAL = "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL"
    #: Child sexual abuse material containing deepfake or similar technology.
    CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE = "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE"
    #: Content promoting eating disorders.
    CONTENT_PROMOTING_EATING_DISORDERS = "KEYWORD_CONTENT_PROMOTING_EATING_DISORDERS"
    #: Coordinated harm.
    COORDINATED_HARM = "KEYWORD_COORDINATED_HARM"
    #: Copyright infringements.
    COPYRIGHT_INFRINGEMENT = "KEYWORD_COPYRIGHT_INFRINGEMENT"
    #: Cyber bullying and intimidation.
    CYBER_BULLYING_INTIMIDATION = "KEYWORD_CYBER_BULLYING_INTIMIDATION"
    #: Cyber harassment.
    CYBER_HARASSMENT = "KEYWORD_CYBER_HARASSMENT"
    #: Cyber harassment against women.
    CYBER_HARASSMENT_AGAINST_WOMEN = "KEYWORD_CYBER_HARASSMENT_AGAINST_WOMEN"
    #: Cyber incitement to hatred or violence.
    CYBER_INCITEMENT = "KEYWORD_CYBER_INCITEMENT"
    #: Cyber stalking.
    CYBER_STALKING = "KEYWORD_CYBER_STALKING"
    #: Cyber stalking against women.
    CYBER_STALKING_AGAINST_WOMEN = "KEYWORD_CYBER_STALKING_AGAINST_WOMEN"
    #: Data falsification.
    DATA_FALSIFICATION = "KEYWORD_DATA_FALSIFICATION"
    #: Defamation.
    DEFAMATION = "KEYWORD_DEFAMATION"
    #: Design infringements.
    DESIGN_INFRINGEMENT = "KEYWORD_DESIGN_INFRINGEMENT"
    #: Discrimination.
    DISCRIMINATION = "KEYWORD_DISCRIMINATION"
    #: Gendered disinformation.
    FEMALE_GENDERED_DISINFORMATION = "KEYWORD_FEMALE_GENDERED_DISINFORMATION"
    #: Geographic indications infringements.
    GEOGRAPHIC_INDICATIONS_INFRINGEMENT = "KEYWORD_GEOGRAPHIC_INDICATIONS_INFRINGEMENT"
    #: Geographical requirements.
    GEOGRAPHICAL_REQUIREMENTS = "KEYWORD_GEOGRAPHICAL_REQUIREMENTS"
    #: Goods/services not permitted to be offered on the platform.
    GOODS_SERVICES_NOT_PERMITTED = "KEYWORD_GOODS_SERVICES_NOT_PERMITTED"
    #: Grooming/sexual enticement of minors.
    GROOMING_SEXUAL_ENTICEMENT_MINORS = "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS"
    #: Illegal incitement to violence and hatred based on protected characteristics.
    HATE_SPEECH = "KEYWORD_HATE_SPEECH"
    #: Hidden advertisement or commercial communication, also by influencers.
    HIDDEN_ADVERTISEMENT = "KEYWORD_HIDDEN_ADVERTISEMENT"
    #: Human exploitation.
    HUMAN_EXPLOITATION = "KEYWORD_HUMAN_EXPLOITATION"
    #: Human trafficking.
    HUMAN_TRAFFICKING = "KEYWORD_HUMAN_TRAFFICKING"
    #: Illegal organizations.
    ILLEGAL_ORGANIZATIONS = "KEYWORD_ILLEGAL_ORGANIZATIONS"
    #: Impersonation or account hijacking.
    IMPERSONATION_ACCOUNT_HIJACKING = "KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING"
    #: Inauthentic accounts.
    INAUTHENTIC_ACCOUNTS = "KEYWORD_INAUTHENTIC_ACCOUNTS"
    #: Inauthentic listings.
    INAUTHENTIC_LISTINGS = "KEYWORD_INAUTHENTIC_LISTINGS"
    #: Inauthentic user reviews.
    INAUTHENTIC_USER_REVIEWS = "KEYWORD_INAUTHENTIC_USER_REVIEWS"
    #: Illegal incitement to violence and hatred against women.
    INCITEMENT_AGAINST_WOMEN = "KEYWORD_INCITEMENT_AGAINST_WOMEN"
    #: General calls or incitement to violence and/or hatred.
    INCITEMENT_VIOLENCE_HATRED = "KEYWORD_INCITEMENT_VIOLENCE_HATRED"
    #: Insufficient information on traders.
    INSUFFICIENT_INFORMATION_ON_TRADERS = "KEYWORD_INSUFFICIENT_INFORMATION_ON_TRADERS"
    #: Language requirements.
    LANGUAGE_REQUIREMENTS = "KEYWORD_LANGUAGE_REQUIREMENTS"
    #: Misinformation, disinformation, foreign information manipulation and interference.
    MISINFORMATION_DISINFORMATION = "KEYWORD_MISINFORMATION_DISINFORMATION"
    #: Misleading information about the consumer's rights.
    MISLEADING_INFO_CONSUMER_RIGHTS = "KEYWORD_MISLEADING_INFO_CONSUMER_RIGHTS"
    #: Misleading information about the characteristics of the goods and services.
    MISLEADING_INFO_GOODS_SERVICES = "KEYWORD_MISLEADING_INFO_GOODS_SERVICES"
    #: Missing processing ground for data.
    MISSING_PROCESSING_GROUND = "KEYWORD_MISSING_PROCESSING_GROUND"
    #: Non-consensual (intimate) material sharing; not for content depicting minors.
    NON_CONSENSUAL_IMAGE_SHARING = "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING"
    #: The same against women; not for content depicting minors.
    NON_CONSENSUAL_IMAGE_SHARING_AGAINST_WOMEN = (
        "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING_AGAINST_WOMEN"
    )
    #: Non-consensual deepfake of a third party's features; not for content depicting minors.
    NON_CONSENSUAL_MATERIAL_DEEPFAKE = "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE"
    #: The same against women; not for content depicting minors.
    NON_CONSENSUAL_MATERIAL_DEEPFAKE_AGAINST_WOMEN = (
        "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE_AGAINST_WOMEN"
    )
    #: Non-compliance with pricing regulations.
    NONCOMPLIANCE_PRICING = "KEYWORD_NONCOMPLIANCE_PRICING"
    #: Nudity.
    NUDITY = "KEYWORD_NUDITY"
    #: Patent infringements.
    PATENT_INFRINGEMENT = "KEYWORD_PATENT_INFRINGEMENT"
    #: Phishing.
    PHISHING = "KEYWORD_PHISHING"
    #: Prohibited or restricted products.
    PROHIBITED_PRODUCTS = "KEYWORD_PROHIBITED_PRODUCTS"
    #: Pyramid schemes.
    PYRAMID_SCHEMES = "KEYWORD_PYRAMID_SCHEMES"
    #: Right to be forgotten.
    RIGHT_TO_BE_FORGOTTEN = "KEYWORD_RIGHT_TO_BE_FORGOTTEN"
    #: Risk for environmental damage.
    RISK_ENVIRONMENTAL_DAMAGE = "KEYWORD_RISK_ENVIRONMENTAL_DAMAGE"
    #: Risk for public health.
    RISK_PUBLIC_HEALTH = "KEYWORD_RISK_PUBLIC_HEALTH"
    #: Self-mutilation.
    SELF_MUTILATION = "KEYWORD_SELF_MUTILATION"
    #: Stalking.
    STALKING = "KEYWORD_STALKING"
    #: Suicide.
    SUICIDE = "KEYWORD_SUICIDE"
    #: Terrorist content.
    TERRORIST_CONTENT = "KEYWORD_TERRORIST_CONTENT"
    #: Trade secret infringements.
    TRADE_SECRET_INFRINGEMENT = "KEYWORD_TRADE_SECRET_INFRINGEMENT"  # noqa: S105
    #: Trademark infringements.
    TRADEMARK_INFRINGEMENT = "KEYWORD_TRADEMARK_INFRINGEMENT"
    #: Trafficking in women and girls.
    TRAFFICKING_WOMEN_GIRLS = "KEYWORD_TRAFFICKING_WOMEN_GIRLS"
    #: Unlawful sale of animals.
    UNLAWFUL_SALE_ANIMALS = "KEYWORD_UNLAWFUL_SALE_ANIMALS"
    #: Unsafe challenges.
    UNSAFE_CHALLENGES = "KEYWORD_UNSAFE_CHALLENGES"
    #: Unsafe or non-compliant products.
    UNSAFE_PRODUCTS = "KEYWORD_UNSAFE_PRODUCTS"
    #: Violation of EU law relevant to civic discourse or elections.
    VIOLATION_EU_LAW = "KEYWORD_VIOLATION_EU_LAW"
    #: Violation of national law relevant to civic discourse or elections.
    VIOLATION_NATIONAL_LAW = "KEYWORD_VIOLATION_NATIONAL_LAW"
    #: Not captured by any other keyword.
    OTHER = "KEYWORD_OTHER"


class Channel(StrEnum):
    """By which door a notice came: told by the token, never by the body."""

    #: Anybody: a user of the service or a passer-by (DSA Art. 16(1)).
    USER = "user"
    #: An entity with the status of DSA Art. 22.
    TRUSTED_FLAGGER = "trusted_flagger"
    #: A hotline for illegal content, such as a member of INHOPE.
    HOTLINE = "hotline"
    #: A public authority that gives notice without an order.
    AUTHORITY = "authority"
    #: A researcher, also one from outside the Union.
    RESEARCHER = "researcher"
    #: The platform's own staff.
    INTERNAL = "internal"
    #: The platform's own detection.
    AUTOMATED = "automated"


class SubjectKind(StrEnum):
    """What a notice or a measure is about."""

    #: One piece of content: a post, an image, a message, a listing.
    CONTENT = "content"
    #: An account of the service.
    ACCOUNT = "account"
    #: A hashtag or a similar label that gathers content.
    TAG = "tag"
    #: A search term or a suggestion.
    QUERY = "query"
    #: A place that only its address names.
    URL = "url"


class Role(StrEnum):
    """What a token or a person may do; the rights themselves live in `access`."""

    #: A program of the platform: sends notices and events, asks guard and match.
    SERVICE = "service"
    #: A program of the platform that holds the guard's snapshot: it could list what is blocked.
    GUARD = "guard"
    #: Decides cases.
    REVIEWER = "reviewer"
    #: Decides cases with a possible child victim and refers to authorities.
    SPECIALIST = "specialist"
    #: Steers queues and sees what is late or broken.
    LEAD = "lead"
    #: Follows networks and incidents.
    INVESTIGATOR = "investigator"
    #: Keeps the reports, the duties and the evidence.
    COMPLIANCE = "compliance"
    #: Reads everything that an audit needs, is logged, changes nothing.
    AUDITOR = "auditor"
    #: Reads for the regulator, is logged, changes nothing.
    INSPECTOR = "inspector"
    #: Keeps users and settings, sees no case content.
    ADMIN = "admin"


class Outcome(StrEnum):
    """How a decision answers its items."""

    #: The content or account is restricted.
    ACT = "act"
    #: Nothing is restricted; the notifier is told why.
    DISMISS = "dismiss"
    #: Handed to the specialist queue; the items stay open.
    ESCALATE = "escalate"


class Ground(StrEnum):
    """Why a restriction is imposed: DSA Art. 17(3)(d) or (e)."""

    #: The information is illegal content.
    ILLEGAL = "illegal"
    #: The information is incompatible with the terms and conditions.
    TERMS = "terms"


class AutomatedDecision(StrEnum):
    """How far automated means took the decision: DSA Art. 17(3)(c)."""

    #: A person decided.
    NONE = "none"
    #: A person decided with automated means.
    PARTIAL = "partial"
    #: No person took part.
    FULL = "full"


class MeasureKind(StrEnum):
    """The restrictions of DSA Art. 17(1), as the Transparency Database divides them."""

    #: Removal of content.
    VISIBILITY_REMOVED = "visibility_removed"
    #: Disabling access to content.
    VISIBILITY_DISABLED = "visibility_disabled"
    #: Demotion of content.
    VISIBILITY_DEMOTED = "visibility_demoted"
    #: Age restricted content.
    VISIBILITY_AGE_RESTRICTED = "visibility_age_restricted"
    #: Restricting interaction with content.
    VISIBILITY_INTERACTION_RESTRICTED = "visibility_interaction_restricted"
    #: Labelled content.
    VISIBILITY_LABELLED = "visibility_labelled"
    #: Another restriction of visibility, named in `text`.
    VISIBILITY_OTHER = "visibility_other"
    #: Suspension of monetary payments.
    MONETARY_SUSPENDED = "monetary_suspended"
    #: Termination of monetary payments.
    MONETARY_TERMINATED = "monetary_terminated"
    #: Another monetary restriction, named in `text`.
    MONETARY_OTHER = "monetary_other"
    #: Partial suspension of the provision of the service.
    SERVICE_PARTIALLY_SUSPENDED = "service_partially_suspended"
    #: Total suspension of the provision of the service.
    SERVICE_SUSPENDED = "service_suspended"
    #: Partial termination of the provision of the service.
    SERVICE_PARTIALLY_TERMINATED = "service_partially_terminated"
    #: Total termination of the provision of the service.
    SERVICE_TERMINATED = "service_terminated"
    #: Suspension of the account.
    ACCOUNT_SUSPENDED = "account_suspended"
    #: Termination of the account.
    ACCOUNT_TERMINATED = "account_terminated"


class AccountType(StrEnum):
    """Whose account is concerned."""

    #: A person's own account.
    PRIVATE = "private"
    #: The account of a business.
    BUSINESS = "business"


class Audience(StrEnum):
    """For whom a statement of reasons is worded: DSA Art. 17(4) and, for children, Art. 14(3)."""

    #: Grown-ups: plain words.
    ADULT = "adult"
    #: Children: the same in words that they understand.
    CHILD = "child"


class ContentType(StrEnum):
    """What kind of content is concerned: `content_type` of a statement of reasons."""

    #: An app.
    APP = "app"
    #: Audio.
    AUDIO = "audio"
    #: An image.
    IMAGE = "image"
    #: A product.
    PRODUCT = "product"
    #: Synthetic media.
    SYNTHETIC_MEDIA = "synthetic_media"
    #: Text.
    TEXT = "text"
    #: Video.
    VIDEO = "video"
    #: None of these.
    OTHER = "other"


class Mark(StrEnum):
    """Whether a record is real; only the server marks what is not, a body never does."""

    #: From outside: a person, a platform, an authority.
    REAL = "real"
    #: A probe that travels a route from end to end.
    CANARY = "canary"
    #: Part of an exercise.
    DRILL = "drill"
