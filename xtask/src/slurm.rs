//! `cargo xtask slurm`: the scripts that spread a command over a Slurm cluster.
//!
//! Three files beside what the command writes, which anybody may read and edit: an array job whose tasks are shards, a job
//! that finishes, and a script that submits both. The array is submitted more than once where what is to be done follows
//! from what every shard did. Twice for `reproduce`: which pictures failed and which channels are shown by whole-channel
//! pictures is known once every center-neuron picture is there, and the second time the shards make their part of these.
//! Four times for `ablate`: means of channels, plain accuracy, random sets, enlarged images.

use crate::flags::{Slurm, Spread};
use crate::{home, print, reproduce};
use anyhow::anyhow;
use runs::write_atomically;
use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The array job.
const SHARDS: &str = "shards.sh";
/// The job that finishes.
const FINISH: &str = "finish.sh";
/// The script that submits them.
const SUBMIT: &str = "submit.sh";

/// Flags of `slurm`, and whether a value follows: what is left of the command line is the command's own.
const OWN: [(&str, bool); 5] =
    [("--tasks", true), ("--cpus-per-task", true), ("--time", true), ("--partition", true), ("--submit", false)];

/// Writes the scripts, and submits them if that is asked for.
pub(crate) fn run(flags: Slurm) -> anyhow::Result<()> {
    let tasks = flags.tasks.ok_or_else(|| anyhow!("--tasks: expected how many tasks the array has, found none"))?;
    let here = std::env::current_dir()?;
    let (shard, threads, passes) = match &flags.command {
        Spread::Reproduce(command) => (command.shard, command.threads, 2),
        Spread::Activations(command) => (command.shard, command.threads, 1),
        Spread::Ablate(command) => (command.shard, command.threads, 4),
    };
    if shard.is_some() {
        return Err(anyhow!("--shard: expected none, since every task of the array is given its own"));
    }
    let folder = match flags.command {
        Spread::Reproduce(command) => {
            let root = home::root(command.weights.weights.is_none())?;
            reproduce::options(&root, command)?.out.join("slurm")
        }
        Spread::Activations(command) => {
            let mut folder = command.out.into_os_string();
            folder.push(".slurm");
            folder.into()
        }
        Spread::Ablate(command) => command.out.join("slurm"),
    };
    let folder = here.join(folder);
    let job = Job {
        command: own(std::env::args_os())?,
        program: std::env::current_exe()?,
        here,
        tasks: tasks.get(),
        cpus: flags.cpus_per_task.get(),
        time: flags.time,
        partition: flags.partition,
        threads_given: threads.is_some(),
        passes,
        folder,
    };
    for (name, script) in [(SHARDS, job.shards()?), (FINISH, job.finish()?), (SUBMIT, job.submit()?)] {
        let path = job.folder.join(name);
        let cannot = |error| anyhow!("{}: cannot write: {error}{}", path.display(), runs::way_on(&error));
        write_atomically(&path, script.as_bytes()).map_err(cannot)?;
    }
    let submit = job.folder.join(SUBMIT);
    if !flags.submit {
        print(&format!("{}: run it to submit {} and {FINISH} beside it", submit.display(), SHARDS));
        return Ok(());
    }
    let ran = Command::new("bash").arg(&submit).output();
    let ran = ran.map_err(|error| anyhow!("{}: cannot run bash: {error}", submit.display()))?;
    let said = String::from_utf8_lossy(&ran.stderr);
    if !ran.status.success() {
        let why = said.lines().last().unwrap_or("no message").trim().to_owned();
        return Err(anyhow!(
            "{}: sbatch did not take it ({why}): expected a machine that submits to Slurm",
            submit.display()
        ));
    }
    print(String::from_utf8_lossy(&ran.stdout).trim_end());
    Ok(())
}

/// The command and its flags, as they were given, without those of `slurm`.
fn own(all: impl Iterator<Item = OsString>) -> anyhow::Result<Vec<String>> {
    let mut all = all.skip_while(|word| word != "slurm").skip(1);
    let mut own = Vec::new();
    while let Some(word) = all.next() {
        let word = word.into_string().map_err(|word| anyhow!("{}: expected a name in UTF-8", word.display()))?;
        let flag = OWN.iter().find(|(flag, _)| word == *flag || word.starts_with(&format!("{flag}=")));
        match flag {
            Some((flag, true)) if word == *flag => drop(all.next()),
            Some(_) => {}
            None => own.push(word),
        }
    }
    Ok(own)
}

/// What the scripts say.
struct Job {
    command: Vec<String>,
    program: PathBuf,
    here: PathBuf,
    folder: PathBuf,
    tasks: usize,
    cpus: usize,
    time: Option<String>,
    partition: Option<String>,
    threads_given: bool,
    passes: usize,
}

/// A text as one word of a shell, on one line.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./,:=+@".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A path that a line for Slurm can hold: it knows no quotes.
fn in_a_line(path: &Path) -> anyhow::Result<String> {
    let text =
        path.to_str().filter(|text| !text.chars().any(|c| c.is_whitespace() || c.is_control() || "%\"\\'".contains(c)));
    text.map(str::to_owned).ok_or_else(|| {
        anyhow!(
            "{}: expected a path that a line of #SBATCH can hold, found white space, a quote, % or \\ in it",
            path.display()
        )
    })
}

impl Job {
    /// What Slurm reads of a script.
    fn head(&self, what: &str, log: &str, more: &[String]) -> anyhow::Result<String> {
        let mut head = format!("#!/bin/bash\n#SBATCH --job-name=streamscope-{what}\n");
        for line in more {
            writeln!(head, "#SBATCH {line}")?;
        }
        writeln!(head, "#SBATCH --cpus-per-task={}", self.cpus)?;
        if let Some(time) = &self.time {
            writeln!(head, "#SBATCH --time={time}")?;
        }
        if let Some(partition) = &self.partition {
            writeln!(head, "#SBATCH --partition={partition}")?;
        }
        writeln!(head, "#SBATCH --requeue")?;
        writeln!(head, "#SBATCH --chdir={}", in_a_line(&self.here)?)?;
        writeln!(head, "#SBATCH --output={}/{log}", in_a_line(&self.folder)?)?;
        Ok(head)
    }

    /// The command as a shell reads it.
    fn line(&self) -> String {
        let program = self.program.to_string_lossy();
        let words = std::iter::once(&*program).chain(self.command.iter().map(String::as_str));
        let mut line = words.map(quoted).collect::<Vec<_>>().join(" ");
        if !self.threads_given {
            line.push_str(" --threads \"$SLURM_CPUS_PER_TASK\"");
        }
        line
    }

    fn shards(&self) -> anyhow::Result<String> {
        let tasks = self.tasks;
        let mut script = self.head("shards", "shard-%A_%a.log", &[format!("--array=1-{tasks}")])?;
        writeln!(
            script,
            "# One task a shard. What is finished is in the store at any moment: a task that is requeued,"
        )?;
        writeln!(script, "# preempted or submitted again goes on where it stopped.")?;
        let folder = quoted(&self.folder.to_string_lossy());
        writeln!(script, "export STREAMSCOPE_LOG={folder}/shard-\"$SLURM_ARRAY_JOB_ID\"_\"$SLURM_ARRAY_TASK_ID\".log")?;
        writeln!(script, "exec {} --shard \"$SLURM_ARRAY_TASK_ID/{tasks}\"", self.line())?;
        Ok(script)
    }

    fn finish(&self) -> anyhow::Result<String> {
        let mut script = self.head("finish", "finish-%j.log", &[])?;
        writeln!(
            script,
            "# Takes what the shards left, names those that failed, makes what is missing, and writes everything."
        )?;
        writeln!(script, "exec {}", self.line())?;
        Ok(script)
    }

    fn submit(&self) -> anyhow::Result<String> {
        let mut script =
            "#!/bin/bash\n# Submits the shards, and the job that finishes once all of them are over.\nset -eu\n"
                .to_owned();
        writeln!(script, "cd \"$(dirname \"$0\")\"")?;
        writeln!(script, "shards=$(sbatch --parsable {SHARDS})")?;
        writeln!(script, "echo \"shards: job $shards\"")?;
        if self.passes > 1 {
            writeln!(
                script,
                "# Again: what is left to do is known when every shard has done what could be known before."
            )?;
        }
        for _ in 1..self.passes {
            writeln!(script, "shards=$(sbatch --parsable --dependency=afterany:\"$shards\" {SHARDS})")?;
            writeln!(script, "echo \"shards, of what follows from these: job $shards\"")?;
        }
        writeln!(script, "finish=$(sbatch --parsable --dependency=afterany:\"$shards\" {FINISH})")?;
        writeln!(script, "echo \"finish: job $finish\"")?;
        Ok(script)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        own(line.split(' ').map(OsString::from)).unwrap()
    }

    #[test]
    fn what_is_not_slurms_is_the_commands_in_its_order() {
        let line =
            "xtask slurm --tasks 3 reproduce --blocks 1.1 --time=4:00 --submit --steps 8 --cpus-per-task 2 --out a";
        assert_eq!(words(line), ["reproduce", "--blocks", "1.1", "--steps", "8", "--out", "a"]);
        assert_eq!(words("slurm reproduce --tasks 3 --partition long"), ["reproduce"]);
    }

    #[test]
    fn words_of_a_shell_stay_one_word_each() {
        for (text, expected) in
            [("a/b-1.2", "a/b-1.2"), ("", "''"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("$x", "'$x'")]
        {
            assert_eq!(quoted(text), expected);
        }
        assert!(in_a_line(Path::new("/a b")).is_err() && in_a_line(Path::new("/a%j")).is_err());
        assert_eq!(in_a_line(Path::new("/a-b")).unwrap(), "/a-b");
    }

    #[test]
    fn scripts_say_what_was_asked_for_and_nothing_else() {
        let job = Job {
            command: words("slurm reproduce --out my&out --tasks 3"),
            program: "/bin/streamscope".into(),
            here: "/home/me".into(),
            folder: "/home/me/out/slurm".into(),
            tasks: 3,
            cpus: 2,
            time: Some("1:00".into()),
            partition: None,
            threads_given: false,
            passes: 2,
        };
        let shards = job.shards().unwrap();
        for line in [
            "#SBATCH --array=1-3",
            "#SBATCH --cpus-per-task=2",
            "#SBATCH --time=1:00",
            "#SBATCH --requeue",
            "#SBATCH --chdir=/home/me",
            "#SBATCH --output=/home/me/out/slurm/shard-%A_%a.log",
            "exec /bin/streamscope reproduce --out 'my&out' --threads \"$SLURM_CPUS_PER_TASK\" --shard \"$SLURM_ARRAY_TASK_ID/3\"",
        ] {
            assert!(shards.lines().any(|found| found == line), "{line}\n{shards}");
        }
        assert!(!shards.contains("--partition"));
        let finish = job.finish().unwrap();
        assert!(
            finish.ends_with("exec /bin/streamscope reproduce --out 'my&out' --threads \"$SLURM_CPUS_PER_TASK\"\n")
        );
        assert!(!finish.contains("--array"));
        assert_eq!(job.submit().unwrap().matches("sbatch --parsable").count(), 3);
        let given = Job { threads_given: true, passes: 1, partition: Some("long".into()), ..job };
        assert!(!given.shards().unwrap().contains("--threads") && given.finish().unwrap().contains("--partition=long"));
        assert_eq!(given.submit().unwrap().matches("sbatch --parsable").count(), 2);
    }
}
