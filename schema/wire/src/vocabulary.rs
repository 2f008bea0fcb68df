//! Frozen words of entries and their lifecycle (PROTOCOL.md §5 and §6).

use lianfang_encoding::vocabulary;

vocabulary! {
    /// Name of a lifecycle state, without its data (PROTOCOL.md §6).
    pub enum StateName {
        /// Recorded, not yet complete.
        Draft = 1 "draft",
        /// The subject has been told; not yet in force.
        Notified = 2 "notified",
        /// In force.
        Active = 3 "active",
        /// The subject contests it.
        Contested = 4 "contested",
        /// The contest has reached the complainant.
        Forwarded = 5 "forwarded",
        /// The dispute is before a court or an authority.
        Litigated = 6 "litigated",
        /// Confirmed after a contest; in force.
        Upheld = 7 "upheld",
        /// Paused by the publisher's recorded decision.
        Suspended = 8 "suspended",
        /// Paused by a court.
        CourtStay = 9 "court_stay",
        /// Ended: released after a contest, or because the one who owed an act let a deadline pass.
        Released = 10 "released",
        /// Ended: its time is over.
        Expired = 11 "expired",
        /// Ended: the publisher took it back.
        Withdrawn = 12 "withdrawn",
        /// Ended: the parties settled.
        Settled = 13 "settled",
        /// Ended: replaced by a corrected entry.
        Corrected = 14 "corrected",
    }
}

impl StateName {
    /// In force: `active` and `upheld`.
    pub const fn is_effective(self) -> bool {
        matches!(self, Self::Active | Self::Upheld)
    }

    /// Visible as disputed; leads to review at most.
    pub const fn is_disputed(self) -> bool {
        matches!(
            self,
            Self::Contested | Self::Forwarded | Self::Litigated | Self::Suspended | Self::CourtStay
        )
    }

    /// Over for good; kills every cached record.
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Released | Self::Expired | Self::Withdrawn | Self::Settled | Self::Corrected
        )
    }
}

vocabulary! {
    /// What a seller or product was sanctioned for. The list is closed (product rule 1).
    pub enum Category {
        /// Goods under somebody else's mark.
        Counterfeit = 1 "counterfeit",
        /// Other use of somebody else's mark.
        Trademark = 2 "trademark",
        /// Patent infringement.
        Patent = 3 "patent",
        /// Copyright infringement.
        Copyright = 4 "copyright",
        /// Design infringement.
        Design = 5 "design",
        /// False geographical indication.
        GeographicalIndication = 6 "geographical_indication",
        /// Misuse of a trade name.
        TradeName = 7 "trade_name",
        /// Parallel imports: review at most.
        ParallelImport = 8 "parallel_import",
        /// Forged licences or authorisations.
        ForgedQualification = 9 "forged_qualification",
        /// Goods that may not be sold.
        Prohibited = 10 "prohibited",
        /// Fraud on buyers.
        Fraud = 11 "fraud",
        /// Another intellectual-property right.
        OtherIp = 12 "other_ip",
    }
}

vocabulary! {
    /// What a person decides about a publisher whose digests stand out (PROTOCOL.md §3, brake).
    pub enum BrakeAction {
        /// Hold it back: what is in force stays, for review; nothing new is taken over.
        Quarantine = 1 "quarantine",
        /// Let it count again, and count anew.
        Release = 2 "release",
    }
}

vocabulary! {
    /// On what a finding rests.
    pub enum BasisType {
        /// The publisher's own decision under its rules.
        PlatformDecision = 1 "platform_decision",
        /// A rights holder's notice.
        RightsHolderNotice = 2 "rights_holder_notice",
        /// A final judgment.
        CourtFinal = 3 "court_final",
        /// An interim, ex parte or otherwise provisional court order.
        CourtInterim = 4 "court_interim",
        /// A final administrative decision.
        AdministrativeFinal = 5 "administrative_final",
        /// A pending administrative decision.
        AdministrativePending = 6 "administrative_pending",
    }
}

impl BasisType {
    /// Final findings of courts and authorities.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::CourtFinal | Self::AdministrativeFinal)
    }

    /// Provisional findings, which never block outside their jurisdiction and lead to review at most.
    pub const fn is_interim(self) -> bool {
        matches!(self, Self::CourtInterim | Self::AdministrativePending)
    }
}

vocabulary! {
    /// How well a finding is documented (PROTOCOL.md §3).
    pub enum EvidenceGrade {
        /// A final court or administrative decision.
        Final = 1 "final",
        /// Evidence hash, decision date and notice to the subject are on record.
        Documented = 2 "documented",
        /// The publisher's word.
        Stated = 3 "stated",
    }
}

vocabulary! {
    /// Whose identifier it is, seen from the subject.
    pub enum Role {
        /// The subject itself.
        Own = 1 "self",
        /// Its legal representative.
        LegalRepresentative = 2 "legal_representative",
        /// Its beneficial owner.
        BeneficialOwner = 3 "beneficial_owner",
        /// Who is paid.
        Payee = 4 "payee",
        /// A contact.
        Contact = 5 "contact",
    }
}

vocabulary! {
    /// What the publisher itself did. Every other platform decides alone.
    pub enum MeasureAction {
        /// Closed the shop.
        CloseShop = 1 "close_shop",
        /// Took the product down.
        Delist = 2 "delist",
        /// Froze it for the time of a procedure.
        Freeze = 3 "freeze",
        /// Shown but not for sale in the named jurisdictions.
        VisibleNotBuyable = 4 "visible_not_buyable",
        /// Keeps watch.
        Monitor = 5 "monitor",
    }
}

vocabulary! {
    /// Events in an entry's life (PROTOCOL.md §6).
    pub enum EventType {
        /// The entry was recorded.
        Created = 1 "created",
        /// The subject was told.
        SubjectNotified = 2 "subject_notified",
        /// The finding came into force.
        Activated = 3 "activated",
        /// The subject contests it.
        Contested = 4 "contested",
        /// The contest reached the complainant.
        Forwarded = 5 "forwarded",
        /// A court or authority has been seized.
        Litigated = 6 "litigated",
        /// Confirmed after a contest.
        Upheld = 7 "upheld",
        /// Paused by recorded decision.
        Suspended = 8 "suspended",
        /// Paused by a court.
        CourtStayed = 9 "court_stayed",
        /// A pause ended; the state before it counts again.
        Resumed = 10 "resumed",
        /// Released.
        Released = 11 "released",
        /// Its time is over.
        Expired = 12 "expired",
        /// Taken back.
        Withdrawn = 13 "withdrawn",
        /// Settled.
        Settled = 14 "settled",
        /// Replaced.
        Corrected = 15 "corrected",
    }
}

vocabulary! {
    /// What a screening answers.
    pub enum VerdictName {
        /// Nothing known, as far as the answer is complete.
        Clear = 1 "clear",
        /// A person has to look.
        Review = 2 "review",
        /// A confirmed, effective finding on a verified strong identifier of the subject itself.
        Block = 3 "block",
    }
}

vocabulary! {
    /// Whether verdicts are meant to be acted on.
    pub enum Mode {
        /// Computed and reported only: the default of a node that has just joined.
        Shadow = 1 "shadow",
        /// To be enforced.
        Enforce = 2 "enforce",
    }
}

vocabulary! {
    /// Why somebody screens; audited.
    pub enum Purpose {
        /// A seller wants to open a shop.
        Onboarding = 1 "onboarding",
        /// An offer is to go live.
        OfferPublication = 2 "offer_publication",
        /// Money is about to be paid out.
        Payout = 3 "payout",
        /// A regular look at who is already trading.
        PeriodicReview = 4 "periodic_review",
    }
}

vocabulary! {
    /// What a member of a federation is.
    pub enum MemberRole {
        /// A marketplace.
        Platform = 1 "platform",
        /// A market regulator, customs or an IP office.
        Regulator = 2 "regulator",
        /// A body of rights holders.
        RightsBody = 3 "rights-body",
    }
}

vocabulary! {
    /// Whether a member counts.
    pub enum MemberStatus {
        /// Takes part.
        Active = 1 "active",
        /// Out, for good: its id isn't used again.
        Removed = 2 "removed",
    }
}

vocabulary! {
    /// A rule that sets a deadline and says what a lapse means (PROTOCOL.md §6).
    pub enum DeadlineRule {
        /// E-Commerce Law art. 43: 15 days for the complainant, then release.
        CnEcommerceLaw = 1 "cn_ecommerce_law",
        /// Platform decision contested: 10 working days for a person to decide again, then release.
        PlatformReview = 2 "platform_review",
        /// A counter-notice is to be forwarded within 3 working days, then release.
        Forwarding = 3 "forwarding",
        /// Identity misuse: 2 working days, then release.
        IdentityMisuse = 4 "identity_misuse",
    }
}
