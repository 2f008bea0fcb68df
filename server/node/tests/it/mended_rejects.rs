//! A file of rejects is mended where it lies: no run deletes, cuts or overwrites what it hasn't written itself.

use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use crate::harness::command::{Said, lianfang};
use crate::harness::entries::OFFENDER;
use crate::harness::node::TestNode;
use crate::imported_entries::case;
use crate::imports::{interrupted_behind, text, written};

const ROWS: &str = "client_reference,kind,value\n1,lei,nonsense\n2,lei,5493001KJTIIGC8Y1R13\n";

/// A file of which two rows were rejected.
struct Imported {
    node: TestNode,
    file: String,
    rejects: PathBuf,
}

impl Imported {
    async fn new() -> Self {
        let node = TestNode::start().await;
        let rows = format!("{ROWS}3,cn_uscc,{OFFENDER}\n");
        let file = text(&written(node.data(), "sellers.csv", rows));
        let imported = Self {
            rejects: PathBuf::from(format!("{file}.rejects.csv")),
            node,
            file,
        };
        imported.again(&[]).await;
        imported
    }

    async fn again(&self, arguments: &[&str]) -> Said {
        let all = [&["entry", "import", &self.file][..], arguments].concat();
        let said = lianfang(self.node.data(), &all, "").await;
        assert_eq!(said.code, 0, "{}", said.err);
        said
    }

    fn rejected(&self) -> String {
        std::fs::read_to_string(&self.rejects).unwrap()
    }

    /// Somebody mends a row, and the file is as long as before.
    fn mend(&self) -> String {
        let mended = self.rejected().replace("Y1R13", "Y1R12");
        std::fs::write(&self.rejects, &mended).unwrap();
        mended
    }

    /// Where rejects of earlier runs are kept.
    fn kept(&self) -> Vec<PathBuf> {
        let mut kept: Vec<_> = std::fs::read_dir(self.node.data())
            .unwrap()
            .map(|file| file.unwrap().path())
            .filter(|path| {
                text(path).starts_with(&format!("{}.rejects.", self.file)) && *path != self.rejects
            })
            .collect();
        kept.sort();
        kept
    }
}

fn kept_as(path: &Path, said: &Said, text: &str) {
    assert_eq!(std::fs::read_to_string(path).unwrap(), text);
    assert!(
        said.err.contains(&format!("kept as {}", path.display())),
        "{}",
        said.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rejects_that_somebody_mends_are_kept_whatever_is_imported_meanwhile() {
    let imported = Imported::new().await;
    let case = case(&imported.node);
    let unmended = imported.rejected();
    for (number, arguments) in [(1, &["--again"][..]), (2, &["--template", &case])] {
        let mended = imported.mend();
        let said = imported.again(arguments).await;
        let name = format!("{}.rejects.{number}.csv", imported.file);
        kept_as(Path::new(&name), &said, &mended);
        assert_eq!(imported.rejected(), unmended);
    }
    let mended = imported.mend();
    written(
        imported.node.data(),
        "sellers.csv",
        format!("client_reference,kind,value\n4,cn_uscc,{OFFENDER}\n"),
    );
    let said = imported.again(&[]).await;
    kept_as(&imported.kept()[2], &said, &mended);
    assert!(!imported.rejects.exists());
    let first = text(&imported.kept()[0]);
    let said = lianfang(imported.node.data(), &["entry", "import", &first], "").await;
    assert!(
        said.err.contains("1 recorded, 0 there already, 1 lines rejected"),
        "{}",
        said.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rejects_that_nobody_has_touched_are_replaced_and_those_of_a_pipe_too() {
    let imported = Imported::new().await;
    for _ in 0..2 {
        imported.again(&["--again"]).await;
    }
    let rejects = text(&imported.rejects);
    let piped = ["entry", "import", "-", "--format", "csv", "--rejects", &rejects];
    for _ in 0..2 {
        let said = lianfang(imported.node.data(), &piped, ROWS).await;
        assert!(said.err.contains("2 lines rejected"), "{}", said.err);
    }
    assert_eq!(imported.kept(), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn rejects_that_were_mended_while_an_import_was_interrupted_are_kept_and_written_anew() {
    let imported = Imported::new().await;
    let unmended = imported.rejected();
    for added in ["", "4,,lei,5493001KJTIIGC8Y1R12\n"] {
        let mended = imported.mend() + added;
        std::fs::write(&imported.rejects, &mended).unwrap();
        interrupted_behind(&imported.node, 3);
        let said = imported.again(&[]).await;
        assert!(said.err.contains("starting over"), "{}", said.err);
        kept_as(imported.kept().last().unwrap(), &said, &mended);
        assert_eq!(imported.rejected(), unmended);
    }
    interrupted_behind(&imported.node, 3);
    let said = imported.again(&[]).await;
    assert!(said.err.contains("going on after line 3"), "{}", said.err);
    assert_eq!((imported.kept().len(), imported.rejected()), (2, unmended));
}

#[tokio::test(flavor = "multi_thread")]
async fn rejects_stay_where_they_are_until_the_node_has_answered() {
    let mut imported = Imported::new().await;
    let mended = imported.mend();
    imported.node.close().await;
    // A socket at which nobody answers.
    drop(UnixListener::bind(imported.node.data().join("operator.sock")).unwrap());
    let import = ["entry", "import", &imported.file, "--again"];
    let said = lianfang(imported.node.data(), &import, "").await;
    assert_ne!(said.code, 0);
    assert_eq!((imported.rejected(), imported.kept().len()), (mended, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn rejects_go_into_a_regular_file_or_nothing_is_sent() {
    let node = TestNode::start().await;
    let file = text(&written(node.data(), "sellers.csv", ROWS));
    let door = node.data().join("door");
    let _bound = UnixListener::bind(&door).unwrap();
    let arguments = ["entry", "import", &file, "--rejects", &text(&door)];
    let said = lianfang(node.data(), &arguments, "").await;
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("isn't a regular file"), "{}", said.err);
    assert!(!door.metadata().unwrap().is_file());
    let export = lianfang(node.data(), &["entry", "export"], "").await;
    assert_eq!(export.out, "");
}
