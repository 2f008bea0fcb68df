use std::path::{Path, PathBuf};
use std::process::Child;

use lianfang_sdk::Client;
use tempfile::TempDir;

use super::{committee, operator, run, serve};

/// Budgets that no benchmark uses up, and a brake that never takes hold: nothing here is about either.
pub(crate) const PLENTY: &str = "
[brake]
hits_per_million = 1000000
free_growth = 1000000000

[budgets.organisation]
capacity = 100000000
refill_per_day = 100000000

[budgets.person]
capacity = 100000000
refill_per_day = 100000000

[budgets.goods]
capacity = 100000000
refill_per_day = 100000000
";

/// A node that has joined and serves; ends when dropped.
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) client: Client,
    pub(crate) process: Child,
}

/// A founder that is the committee, and platforms.
pub(crate) struct Federation {
    pub(crate) members: Vec<Member>,
    folder: TempDir,
}

/// A node before it has joined.
pub(crate) struct Newcomer<'a> {
    /// Its role, or its role, `-` and a number.
    pub(crate) name: &'a str,
    pub(crate) jurisdiction: &'a str,
    /// Where the others reach its federation door.
    pub(crate) endpoint: &'a str,
    pub(crate) configuration: &'a str,
}

impl Federation {
    /// Without a member: the first to join founds it.
    pub(crate) fn new() -> Self {
        Self {
            members: Vec::new(),
            folder: tempfile::Builder::new().prefix("lf-bench-").tempdir().unwrap(),
        }
    }

    /// Makes a node, lets it found or join the federation, and serves it.
    pub(crate) fn add(&mut self, newcomer: &Newcomer<'_>) {
        let name = newcomer.name;
        let folder = self.folder.path().join(name);
        let role = name.split('-').next().unwrap();
        run(
            &folder,
            &[
                "init",
                "--name",
                name,
                "--role",
                role,
                "--jurisdiction",
                newcomer.jurisdiction,
            ],
        );
        std::fs::write(folder.join("lianfang.toml"), newcomer.configuration).unwrap();
        let endpoint = ["--endpoint", newcomer.endpoint];
        match self.members.first() {
            None => {
                let create = ["federation", "create", "--name", "bench", "--test"];
                run(&folder, &[&create[..], &endpoint].concat());
            }
            Some(founder) => join(&founder.folder, name, &folder, &endpoint),
        }
        let process = serve(&folder);
        self.members.push(Member {
            name: name.to_owned(),
            client: operator(&folder),
            folder,
            process,
        });
    }

    /// Makes everybody a holder of shares, `threshold` of whom it takes for a token.
    pub(crate) fn deal_shares(&mut self, threshold: u16) {
        self.members.iter_mut().for_each(Member::stop);
        let folders: Vec<_> = self.members.iter().map(|member| member.folder.clone()).collect();
        committee::deal(&folders, threshold);
        for member in &mut self.members {
            member.process = serve(&member.folder);
        }
    }

    /// Every member learns who the others are.
    pub(crate) async fn sync(&self) {
        for member in &self.members {
            let _: serde_json::Value = member.client.sync(None, false).await.unwrap();
        }
    }
}

fn join(founder: &Path, name: &str, folder: &Path, endpoint: &[&str]) {
    let file = |name: &str| folder.join(name).display().to_string();
    let (invitation, request, welcome) = (file("invitation"), file("request"), file("welcome"));
    run(founder, &["federation", "invite", name, "--out", &invitation]);
    let asked = [
        "federation",
        "join",
        "--invitation",
        &invitation,
        "--out",
        &request,
    ];
    run(folder, &[&asked[..], endpoint].concat());
    let approve = ["federation", "approve", "--request", &request, "--out", &welcome];
    run(founder, &approve);
    run(folder, &["federation", "join", "--welcome", &welcome]);
}

impl Member {
    fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.stop();
    }
}
