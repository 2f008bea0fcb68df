//! What members may have evaluated here, and the credits that a person grants beside that. A credit is an enumeration
//! allowance: whoever holds it may try that many inputs out, for the purpose of a request is the caller's word.

use std::time::Duration;

use lianfang_encoding::{Class, NodeId, Timestamp};
use lianfang_store::{AuditRow, BudgetRate, Credited, NewCredit, Store, StoreError};
use lianfang_token::KeyDescriptor;
use lianfang_wire::budget::{Budgets, CreditGranted, CreditWithdrawn, GrantCredit, MemberBudget};
use lianfang_wire::membership::Membership;
use lianfang_wire::problem::Violation;

use crate::trust::{active_member, keys_of};
use crate::{Actor, FlowError, Node, RequestName};

const DAY: Duration = Duration::from_secs(86_400);
const DAYS: u32 = 30;
const MOST_DAYS: u32 = 90;
/// Elements of one grant: a roster of ten million sellers with two forms each.
const MOST_ELEMENTS: u64 = 20_000_000;
/// Elements that may stand for a member and class.
const MOST_STANDING: u64 = 2 * MOST_ELEMENTS;

impl Node {
    /// What each active member may have evaluated here, for each class of which this node holds a key share.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn budgets(&self) -> Result<Budgets, FlowError> {
        let (document, now) = (self.document(), self.now());
        let document = &document.document;
        let held = Class::ALL.iter().copied();
        let held: Vec<_> = held
            .filter(|class| self.key_held(document, *class, now).is_some())
            .map(|class| (class, self.settings.budget(class).rate()))
            .collect();
        let members = document.members.iter().filter(|member| member.is_active());
        let members: Vec<_> = members.map(|member| member.id.clone()).collect();
        let items = self
            .gateway
            .store(move |store| standing(store, &members, &held, now))
            .await?;
        Ok(Budgets { items })
    }

    /// Lets a member have so many more elements evaluated here, once, for what it publishes and watches. Under a name the
    /// same request grants once.
    ///
    /// # Errors
    /// Every broken rule: who isn't an active member can't ask, and where no share is held nothing is evaluated.
    pub async fn grant_credit(
        &self,
        actor: &Actor,
        asked: GrantCredit,
        name: Option<RequestName>,
    ) -> Result<CreditGranted, FlowError> {
        self.check_standing()?;
        let (document, now) = (self.document(), self.now());
        let document = &document.document;
        let days = asked.days.unwrap_or(DAYS);
        let key = self.key_held(document, asked.class, now);
        let broken = broken(document, &asked, days, key.is_some());
        let (Some(key), true) = (key, broken.is_empty()) else {
            return Err(FlowError::Invalid(broken));
        };
        let new = NewCredit {
            member: asked.member.clone(),
            class: i16::from(asked.class.number()),
            elements: asked.elements,
            until: now + days * DAY,
            most: MOST_STANDING,
        };
        let line = self.credit_line(actor, &asked, days, name);
        let credited = self.gateway.store(move |store| store.credit(&new, now, line));
        match credited.await? {
            Credited::Standing(credit) => Ok(CreditGranted {
                member: asked.member,
                class: asked.class,
                credit_left: credit.left,
                credit_until: credit.until,
                threshold: key.threshold(),
                share_holders: self.committee(key, &document.members).len() as u64,
            }),
            Credited::TooMuch { left } => Err(FlowError::Invalid(vec![too_much(left)])),
        }
    }

    /// Ends a member's credit, whoever the member is by now. What stays open to it is its bucket; what it has drawn stays drawn.
    ///
    /// # Errors
    /// When the store fails; the credit stands then.
    pub async fn withdraw_credit(
        &self,
        actor: &Actor,
        member: NodeId,
        class: Class,
    ) -> Result<CreditWithdrawn, FlowError> {
        let now = self.now();
        let line = self.audit_row(actor, "withdraw_credit", member.to_string(), "budgets", "");
        let line = move |elements| AuditRow {
            outcome: format!("{elements} {class} elements"),
            ..line
        };
        let (of, number) = (member.clone(), i16::from(class.number()));
        let elements = self
            .gateway
            .store(move |store| store.withdraw_credit(&of, number, now, line))
            .await?;
        Ok(CreditWithdrawn {
            member,
            class,
            elements,
        })
    }

    fn credit_line(
        &self,
        actor: &Actor,
        asked: &GrantCredit,
        days: u32,
        name: Option<RequestName>,
    ) -> AuditRow {
        let granted = format!("{} {} elements for {days} days", asked.elements, asked.class);
        let line = self.audit_row(
            actor,
            "grant_credit",
            asked.member.to_string(),
            "budgets",
            &granted,
        );
        AuditRow {
            id: name.map_or(line.id, RequestName::audit_id),
            ..line
        }
    }

    /// The newest key of a class that is in force and of which this node holds a share.
    fn key_held<'a>(
        &self,
        document: &'a Membership,
        class: Class,
        now: Timestamp,
    ) -> Option<&'a KeyDescriptor> {
        keys_of(document, class, now).find(|key| {
            let mut shares = self.keys.shares.iter();
            shares.any(|share| share.key_id == key.key_id())
        })
    }
}

fn broken(document: &Membership, asked: &GrantCredit, days: u32, holds_share: bool) -> Vec<Violation> {
    let mut broken = Vec::new();
    let mut expect = |holds: bool, field: &str, rule: &str, fix: &str| {
        if !holds {
            broken.push(Violation::new(field, rule, fix));
        }
    };
    expect(
        active_member(document, &asked.member).is_some(),
        "/member",
        "isn't an active member",
        "name one that `lianfang federation members` shows as active",
    );
    expect(
        holds_share,
        "/class",
        "isn't a class of which this node holds a share of a key in force",
        "grant it at nodes that hold shares: this one evaluates nothing of the class",
    );
    expect(
        (1..=MOST_ELEMENTS).contains(&asked.elements),
        "/elements",
        "isn't 1 to 20000000",
        "grant what was announced, in several credits if need be",
    );
    expect(
        (1..=MOST_DAYS).contains(&days),
        "/days",
        "isn't 1 to 90",
        "name the days that the work takes, or none for 30",
    );
    broken
}

fn too_much(left: u64) -> Violation {
    let free = MOST_STANDING.saturating_sub(left);
    Violation::new(
        "/elements",
        format!("no more than {MOST_STANDING} may stand"),
        format!("grant at most {free} now, and more when some are drawn"),
    )
}

fn standing(
    store: &Store,
    members: &[NodeId],
    classes: &[(Class, BudgetRate)],
    now: Timestamp,
) -> Result<Vec<MemberBudget>, StoreError> {
    let credits = store.credits(now)?;
    let mut items = Vec::with_capacity(members.len() * classes.len());
    for member in members {
        for (class, rate) in classes {
            let number = i16::from(class.number());
            let credit = credits
                .iter()
                .find(|credit| credit.member == *member && credit.class == number)
                .map(|credit| credit.credit)
                .filter(|credit| now < credit.until);
            items.push(MemberBudget {
                member: member.clone(),
                class: *class,
                left: store.budget_left(member, number, *rate, now)?,
                capacity: rate.capacity,
                per_day: rate.per_day,
                credit_left: credit.map_or(0, |credit| credit.left),
                credit_granted_at: credit.map(|credit| credit.granted_at),
                credit_until: credit.map(|credit| credit.until),
            });
        }
    }
    Ok(items)
}
