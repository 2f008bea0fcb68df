use std::io;
use std::path::{Path, PathBuf};

use lianfang_sdk::{Client, Error};
use tokio::task::JoinHandle;

use super::answers::Answers;
use super::batch::{Origin, Waiting, count};
use super::checkpoint::{Checkpoint, Journal, Tally};
use super::rejects::{Reject, Rejects, Shape, refused};
use super::source::Source;
use super::task::{AnswersTo, Load, Sent, Task};
use super::written::Written;
use super::{Because, Left, reason};
use crate::cli::{Fault, Terminal};
use crate::data::DataFolder;

/// Bytes of the rows of one request.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// What is sent and not answered yet.
struct UnderWay<T> {
    sent: Waiting<T>,
    answer: JoinHandle<Result<Vec<Sent>, Error>>,
}

/// Sends what a file holds in batches, one under way while the next is read, and keeps what became of each line.
pub(in crate::cli) struct Loading<'a, L: Load> {
    pub(super) client: Client,
    pub(super) terminal: &'a Terminal,
    journal: Option<Journal>,
    checkpoint: Checkpoint,
    rejects: Rejects,
    answers: Answers,
    waiting: Waiting<L::Item>,
    /// As in [`Checkpoint`], of the row that was read last.
    cut: Option<String>,
    under_way: Option<UnderWay<L::Item>>,
    pub(super) source: Source,
    /// The last step of progress that was told.
    step: u64,
}

/// How a file ended.
pub(in crate::cli) struct Loaded {
    pub(in crate::cli) tally: Tally,
    /// Where the rows are that weren't taken, if any weren't and the file is still there.
    pub(in crate::cli) rejects: Option<PathBuf>,
    pub(in crate::cli) hash: Option<[u8; 32]>,
    /// The last line that was taken before this run.
    pub(in crate::cli) resumed_after: u64,
    /// Nothing was sent, because all of it was sent before.
    pub(in crate::cli) done_before: bool,
}

impl Loaded {
    /// Of a file that was taken to its end before: what was recorded then is there.
    fn before(checkpoint: Checkpoint, source: &Source) -> Self {
        let tally = &checkpoint.tally;
        Self {
            tally: Tally {
                added: 0,
                completed: 0,
                present: tally.added + tally.present + tally.completed,
                ..checkpoint.tally
            },
            rejects: Some(checkpoint.rejects_in).filter(|path| checkpoint.rejects > 0 && path.exists()),
            resumed_after: checkpoint.line,
            hash: source.hash,
            done_before: true,
        }
    }
}

/// Where a run begins.
pub(in crate::cli) enum Begin<'a, L: Load> {
    Go(Box<Loading<'a, L>>),
    DoneBefore(Loaded),
}

impl<'a, L: Load> Loading<'a, L> {
    /// Goes on where an earlier run was interrupted, or from the first line.
    pub(super) fn begin(task: Task<'a>, source: Source, shape: Shape) -> Result<Begin<'a, L>, Fault> {
        let resumable = !matches!(task.answers, Some(AnswersTo::Standard));
        let journal = source.hash.filter(|_| resumable).map(|hash| {
            let meaning = format!(
                "{}\n{}\n{:?}",
                task.meaning,
                source.encoding.name(),
                source.format
            );
            Journal::of(&task.data, L::WHAT, &hash, &meaning, &task.otherwise)
        });
        let rejects = task
            .rejects
            .unwrap_or_else(|| beside(&source.path, shape.ending()));
        let rejects = std::path::absolute(&rejects).map_err(|error| refused(&rejects, &error))?;
        let answers = task.answers.as_ref().and_then(AnswersTo::path);
        check_apart(&source.path, &rejects, answers)?;
        check_is_file(&rejects)?;
        let known = journal.as_ref().and_then(Journal::load);
        let mut checkpoint = known.unwrap_or_else(|| {
            Checkpoint::first(journal.as_ref().and_then(|journal| journal.id), source.changed)
        });
        // What a screening answers changes by the hour: one that came to its end says nothing about now.
        if task.again || (checkpoint.finished && task.answers.is_some()) {
            checkpoint = checkpoint.anew();
        }
        if checkpoint.finished {
            source.bar.finish_and_clear();
            return Ok(Begin::DoneBefore(Loaded::before(checkpoint, &source)));
        }
        let rejects_in = rejects.clone();
        let (rejects, answers) = match kept(&task.data, &rejects, &shape, task.answers.as_ref(), &checkpoint)?
        {
            Some(kept) => kept,
            None => {
                task.terminal.note("starts_over", &[]);
                checkpoint = checkpoint.anew();
                kept(&task.data, &rejects, &shape, task.answers.as_ref(), &checkpoint)?
                    .ok_or_else(|| Fault::new("file_in_use").with("file", rejects.display()))?
            }
        };
        checkpoint.rejects_in = rejects_in;
        if let Some(journal) = &journal {
            journal.save(&checkpoint)?;
        }
        if checkpoint.line > 0 {
            task.terminal
                .note("goes_on", &[("line", checkpoint.line.to_string())]);
        }
        Ok(Begin::Go(Box::new(Self {
            client: task.client,
            terminal: task.terminal,
            journal,
            cut: checkpoint.cut.clone(),
            checkpoint,
            rejects,
            answers,
            waiting: Waiting::new(),
            under_way: None,
            source,
            step: 0,
        })))
    }

    /// The line after which this run begins.
    pub(super) fn after(&self) -> u64 {
        self.checkpoint.line
    }

    /// The seller that was cut right before the line after which this run begins.
    pub(super) fn cut(&self) -> Option<String> {
        self.checkpoint.cut.clone()
    }

    /// What follows is about another seller, which has this reference if it was cut.
    pub(super) fn comes_to(&mut self, cut: Option<String>) {
        self.cut = cut;
    }

    /// The file's last change when it was first read.
    pub(super) fn since(&self) -> lianfang_encoding::Timestamp {
        self.checkpoint.since
    }

    /// Takes an item and the rows that it was made of.
    pub(super) async fn add(
        &mut self,
        line: u64,
        rows: Vec<(u64, Vec<u8>)>,
        mut item: L::Item,
    ) -> Result<(), Fault> {
        L::name(&mut item, || self.checkpoint.reference(line));
        self.waiting.bytes += rows.iter().map(|(_, text)| text.len()).sum::<usize>();
        self.waiting.last = rows
            .iter()
            .map(|(line, _)| *line)
            .fold(self.waiting.last.max(line), u64::max);
        self.waiting.origins.push(Origin { line, rows });
        self.waiting.items.push((line, item));
        self.flush().await
    }

    /// Takes a row that says nothing that could be sent.
    pub(super) fn leave(&mut self, left: Left) {
        self.waiting.last = self.waiting.last.max(left.line);
        match left.because {
            Because::Fault => {}
            Because::UnknownKind => self.waiting.skipped += 1,
            Because::Ignored => {
                self.waiting.ignored += 1;
                return;
            }
        }
        self.waiting.bytes += left.text.len();
        self.waiting.left.push(Reject {
            line: left.line,
            reason: left.reason,
            text: left.text,
        });
    }

    /// Sends what is left and says that the file is done.
    pub(super) async fn finish(mut self, resumed_after: u64) -> Result<Loaded, Fault> {
        self.send().await?;
        self.settle().await?;
        self.source.is_unchanged()?;
        self.source.bar.finish_and_clear();
        self.checkpoint.finished = true;
        if let Some(journal) = &self.journal {
            journal.save(&self.checkpoint)?;
        }
        Ok(Loaded {
            tally: self.checkpoint.tally,
            rejects: self.rejects.path().map(Path::to_owned),
            hash: self.source.hash,
            resumed_after,
            done_before: false,
        })
    }

    /// Sends when there is enough. Never between the rows of one seller.
    pub(super) async fn flush(&mut self) -> Result<(), Fault> {
        let waiting = &self.waiting;
        let is_full =
            waiting.items.len() >= L::SIZE || waiting.left.len() >= L::SIZE || waiting.bytes >= MAX_BYTES;
        if is_full { self.send().await } else { Ok(()) }
    }

    async fn send(&mut self) -> Result<(), Fault> {
        self.settle().await?;
        let mut sent = std::mem::replace(&mut self.waiting, Waiting::new());
        let items = sent.items.clone();
        sent.cut.clone_from(&self.cut);
        sent.position = self.source.bar.position();
        let client = self.client.clone();
        let answer = tokio::spawn(async move {
            match items.is_empty() {
                true => Ok(Vec::new()),
                false => L::send(client, items).await,
            }
        });
        self.under_way = Some(UnderWay { sent, answer });
        Ok(())
    }

    /// Waits for what is under way and keeps what became of it: rejects and answers first, so that the checkpoint
    /// never says more than they hold.
    async fn settle(&mut self) -> Result<(), Fault> {
        let Some(UnderWay { sent, answer }) = self.under_way.take() else {
            return Ok(());
        };
        let first = answer.await.map_err(|_| Fault::new("lost_batch"))?;
        let results = self.in_the_end(&sent.items, first).await?;
        let mut tally = self.checkpoint.tally.clone();
        tally.rejected += sent.left.len() as u64 - sent.skipped;
        tally.skipped += sent.skipped;
        tally.ignored += sent.ignored;
        let (mut rejects, mut lines) = (sent.left, Vec::new());
        for (origin, result) in sent.origins.into_iter().zip(results) {
            count(&mut tally, &result);
            lines.extend_from_slice(&result.answer);
            let Some(problem) = result.problem else { continue };
            // That isn't the row's fault: the same again may be taken.
            if problem.status >= 500 || problem.status == 429 {
                return Err(Fault::Refused(Box::new(problem)));
            }
            let reason = reason(&problem);
            tally.rejected += origin.rows.len().max(1) as u64;
            rejects.extend(origin.refused(&reason));
        }
        rejects.sort_by_key(|reject| reject.line);
        if let Some(kept) = self.rejects.make_room()? {
            let kept = ("kept", kept.display().to_string());
            let file = ("file", self.checkpoint.rejects_in.display().to_string());
            self.terminal.note("rejects_kept", &[file, kept]);
        }
        self.checkpoint = Checkpoint {
            line: self.checkpoint.line.max(sent.last),
            cut: sent.cut,
            rejects: self.rejects.append(&rejects)?,
            rejects_sha256: self.rejects.sha256(),
            answers: self.answers.append(&lines)?,
            tally,
            ..self.checkpoint.clone()
        };
        if let Some(journal) = &self.journal {
            journal.save(&self.checkpoint)?;
        }
        self.tell_progress(sent.position);
        Ok(())
    }

    /// Where there is no bar, a line for each tenth of a file, or each 100,000 lines of a pipe.
    fn tell_progress(&mut self, position: u64) {
        const OFTEN: u64 = 100_000;
        if !self.source.bar.is_hidden() {
            return;
        }
        let line = self.checkpoint.line;
        let (step, is_last) = match self.source.bar.length().filter(|length| *length > 0) {
            Some(length) => (position * 10 / length, position >= length),
            None => (line / OFTEN, false),
        };
        if step > self.step && !is_last {
            self.step = step;
            let percent = ("percent", (step * 10).to_string());
            let key = if self.source.hash.is_some() {
                "progress"
            } else {
                "progress_of_pipe"
            };
            self.terminal.note(key, &[percent, ("line", line.to_string())]);
        }
    }
}

/// What an earlier run wrote; none when it isn't there any more as it was.
fn kept(
    data: &DataFolder,
    rejects: &Path,
    shape: &Shape,
    answers: Option<&AnswersTo>,
    checkpoint: &Checkpoint,
) -> Result<Option<(Rejects, Answers)>, Fault> {
    if checkpoint.rejects > 0 && checkpoint.rejects_in != rejects {
        return Ok(None);
    }
    let written = Written::at(data, rejects);
    let (length, sha256) = (checkpoint.rejects, &checkpoint.rejects_sha256);
    let Some(rejects) = Rejects::open(rejects.to_owned(), shape.clone(), written, length, sha256)? else {
        return Ok(None);
    };
    let answers = match answers {
        None => Some(Answers::Nowhere),
        Some(AnswersTo::Standard) => Some(Answers::Standard),
        Some(AnswersTo::File(path)) => Answers::file(path, checkpoint.answers)?,
    };
    Ok(answers.map(|answers| (rejects, answers)))
}

/// Refuses rejects or answers that would overwrite what is read, or each other.
fn check_apart(source: &Path, rejects: &Path, answers: Option<&Path>) -> Result<(), Fault> {
    let written = answers.into_iter().chain([rejects]);
    if written.into_iter().any(|path| is_same(path, source)) {
        return Err(Fault::new("overwrites").with("file", source.display()));
    }
    match answers {
        Some(answers) if is_same(answers, rejects) => {
            Err(Fault::new("one_file").with("file", answers.display()))
        }
        _ => Ok(()),
    }
}

/// Refuses a device, a pipe or a folder, before anything is sent: nothing could be mended there, and what isn't this command's is
/// moved out of the way.
fn check_is_file(rejects: &Path) -> Result<(), Fault> {
    match rejects.metadata() {
        Ok(about) if !about.is_file() => Err(Fault::new("rejects_no_file").with("file", rejects.display())),
        _ => Ok(()),
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((place(one), place(other)), (Ok(one), Ok(other)) if one == other)
}

/// Where a file is, or will be.
fn place(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize().or_else(|_| {
        let path = std::path::absolute(path)?;
        match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => Ok(folder.canonicalize()?.join(name)),
            _ => Ok(path),
        }
    })
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let name = if file == Path::new("-") {
        Path::new("stdin")
    } else {
        file
    };
    let mut name = name.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
