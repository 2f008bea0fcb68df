use std::process::ExitCode;

use clap::Subcommand;
use lianfang_encoding::{Class, NodeId};
use lianfang_wire::budget::{CreditGranted, GrantCredit, MemberBudget};

use super::node::NodeArgs;
use super::words::one_of;
use super::{Outcome, Terminal};

#[derive(Subcommand)]
pub(super) enum Command {
    /// What each member may still have evaluated here, by class.
    Status(Status),
    /// Let a member try out so many inputs more here, once, for what it publishes and watches.
    Credit(Credit),
    /// Let a member draw nothing more of its credit here.
    Withdraw(Withdraw),
}

#[derive(clap::Args)]
pub(super) struct Status {
    #[command(flatten)]
    node: NodeArgs,
    /// One JSON document per member and class.
    #[arg(long)]
    json: bool,
}

/// Whose credit it is, and where.
#[derive(clap::Args)]
struct Account {
    #[command(flatten)]
    node: NodeArgs,
    /// Who may draw it.
    #[arg(long, value_name = "ID")]
    member: NodeId,
    /// For which class: organisation, person or goods.
    #[arg(long, value_parser = one_of(Class::ALL, Class::as_str))]
    class: Class,
}

#[derive(clap::Args)]
pub(super) struct Credit {
    #[command(flatten)]
    of: Account,
    /// How many elements, one for each form of an identifier, at most 20000000.
    #[arg(long, value_name = "N")]
    elements: u64,
    /// For how many days from now on, at most 90; 30 if it isn't said.
    #[arg(long, value_name = "N")]
    days: Option<u32>,
}

#[derive(clap::Args)]
pub(super) struct Withdraw {
    #[command(flatten)]
    of: Account,
}

pub(super) async fn run(command: Command, terminal: &Terminal) -> Outcome {
    match command {
        Command::Status(args) => status(args, terminal).await,
        Command::Credit(args) => credit(args, terminal).await,
        Command::Withdraw(args) => withdraw(args, terminal).await,
    }
}

async fn status(args: Status, terminal: &Terminal) -> Outcome {
    let budgets = args.node.client()?.budgets().await?;
    for budget in &budgets {
        if args.json {
            terminal.json(budget);
        } else {
            terminal.line(&line(budget, terminal));
        }
    }
    if budgets.is_empty() {
        terminal.note("no_budgets", &[]);
    }
    Ok(ExitCode::SUCCESS)
}

fn line(budget: &MemberBudget, terminal: &Terminal) -> String {
    let until = budget.credit_until;
    let with = [
        ("member", budget.member.to_string()),
        ("class", budget.class.to_string()),
        ("left", budget.left.to_string()),
        ("capacity", budget.capacity.to_string()),
        ("per_day", budget.per_day.to_string()),
        ("credit", budget.credit_left.to_string()),
        (
            "until",
            until.map_or_else(|| "-".to_owned(), |until| until.to_string()),
        ),
    ];
    terminal.say("line.budget", &with)
}

async fn credit(args: Credit, terminal: &Terminal) -> Outcome {
    let asked = GrantCredit {
        member: args.of.member,
        class: args.of.class,
        elements: args.elements,
        days: args.days,
    };
    let granted = args.of.node.client()?.grant_credit(&asked).await?;
    told(&granted, terminal);
    Ok(ExitCode::SUCCESS)
}

async fn withdraw(Withdraw { of }: Withdraw, terminal: &Terminal) -> Outcome {
    let withdrawn = of.node.client()?.withdraw_credit(&of.member, of.class).await?;
    let with = [
        ("member", withdrawn.member.to_string()),
        ("class", withdrawn.class.to_string()),
        ("elements", withdrawn.elements.to_string()),
    ];
    let said = match withdrawn.elements {
        0 => "no_credit",
        _ => "credit_withdrawn",
    };
    terminal.note(said, &with);
    Ok(ExitCode::SUCCESS)
}

/// What was granted, as what it is.
fn told(granted: &CreditGranted, terminal: &Terminal) {
    let with = [
        ("member", granted.member.to_string()),
        ("class", granted.class.to_string()),
        ("elements", granted.credit_left.to_string()),
        ("until", granted.credit_until.to_string()),
    ];
    terminal.note("credited", &with);
    let with = [
        ("threshold", granted.threshold.to_string()),
        ("holders", granted.share_holders.to_string()),
    ];
    terminal.note("credit_of_all", &with);
}
