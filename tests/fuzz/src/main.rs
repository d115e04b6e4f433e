//! Reads broken files for a while: `streamscope-fuzz TARGET --seconds N`. A panic, a wait of more than two seconds,
//! more than the allowed memory, or a wrong result is a finding; its input is kept below `tests/fuzz/findings`, and the exit
//! code is 1.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a program for a terminal")]

mod checkpoints;
mod mutate;
mod targets;

use clap::Parser;
use mutate::Random;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, exit};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use targets::{Prepared, Target};

/// No input may take longer.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Debug, Parser)]
struct Flags {
    /// What reads the inputs.
    #[arg(value_enum)]
    target: Target,

    /// How long.
    #[arg(long, default_value = "60")]
    seconds: u64,

    /// The seed of all inputs.
    #[arg(long, default_value = "0")]
    seed: u64,

    /// How much memory the program may ever hold, in MiB.
    #[arg(long, default_value = "1024")]
    memory: u64,
}

fn main() -> ExitCode {
    match run(&Flags::parse()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(flags: &Flags) -> anyhow::Result<u64> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let findings = here.join("findings");
    let prepared = Prepared::new(flags.target, here.ancestors().nth(2).unwrap_or(here))?;
    let mut random = Random::new(flags.seed);
    let started = Instant::now();
    let under_way = Arc::new(AtomicU64::new(u64::MAX));
    let current = findings.join(format!("{:?}-under-way", flags.target));
    watch(Arc::clone(&under_way), started, current.clone());
    // What a panic says is said once, with its input.
    std::panic::set_hook(Box::new(|_| ()));
    let (mut inputs, mut found) = (0_u64, 0);
    while started.elapsed() < Duration::from_secs(flags.seconds) {
        let bytes = prepared.input(&mut random);
        fs::create_dir_all(&findings)?;
        fs::write(&current, &bytes)?;
        under_way.store(millis(started.elapsed()), Ordering::SeqCst);
        let before = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| prepared.read(&bytes)));
        let took = before.elapsed();
        under_way.store(u64::MAX, Ordering::SeqCst);
        inputs += 1;
        let said = match outcome {
            Err(panic) => Some(format!("panic: {}", words(panic.as_ref()))),
            Ok(()) if took > PATIENCE => Some(format!("took {} ms", took.as_millis())),
            Ok(()) if peak_mib() > flags.memory => Some(format!("{} MiB", peak_mib())),
            Ok(()) => None,
        };
        if let Some(said) = said {
            found += 1;
            let name = format!("{:?}-{}", flags.target, &blake3::hash(&bytes).to_hex()[..16]);
            fs::rename(&current, findings.join(&name))?;
            println!("tests/fuzz/findings/{name}: {said}");
        }
    }
    let _ = fs::remove_file(&current);
    // Goes only if nothing was found.
    let _ = fs::remove_dir(&findings);
    println!(
        "{:?}: {inputs} inputs in {} s, {found} findings, at most {} MiB",
        flags.target,
        started.elapsed().as_secs(),
        peak_mib()
    );
    Ok(found)
}

/// Ends the program where an input takes ten times as long as any may; it is in the file `current`.
fn watch(under_way: Arc<AtomicU64>, started: Instant, current: PathBuf) {
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_millis(200));
            let since = under_way.load(Ordering::SeqCst);
            let now = millis(started.elapsed());
            if since != u64::MAX && now.saturating_sub(since) > 10 * millis(PATIENCE) {
                println!("{}: it does not end", current.display());
                exit(1);
            }
        }
    });
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned())).unwrap_or_else(|| "without words".to_owned())
}

/// The most memory the program ever held; 0 where the system does not say.
fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kib = line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
