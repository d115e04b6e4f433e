//! `cargo xtask status`.

use crate::flags;
use crate::print;
use crate::progress::duration;
use anyhow::anyhow;
use runs::{ShardState, ShardStatus, Status};

/// Prints how far the run of a folder is, in shards or in one piece.
pub(crate) fn run(flags: &flags::Status) -> anyhow::Result<()> {
    let out = flags.out.display();
    if !flags.out.is_dir() {
        return Err(anyhow!("{out}: expected the folder of a run, found none"));
    }
    let status = runs::status(&flags.out)?;
    if flags.json {
        print(&serde_json::to_string_pretty(&status)?);
        return Ok(());
    }
    match status {
        Some(status) => table(&status),
        None if ["index.html", "ablation.json"].iter().any(|name| flags.out.join(name).is_file()) => {
            print(&format!("{out}: finished"))
        }
        None => {
            print(&format!("{out}: no run was begun there: `reproduce`, or `reproduce --shard 1/4`, say, begins one"))
        }
    }
    Ok(())
}

fn table(status: &Status) {
    // Of images alone, where channels are ablated.
    let of_pictures = !status.kinds.is_empty();
    if of_pictures {
        let width = status.kinds.iter().map(|kind| kind.kind.len()).max().unwrap_or_default().max("site".len());
        print(&format!("{:<width$}  {:>12}  {:>8}  {:>10}", "site", "in the store", "of", "s each"));
        for kind in &status.kinds {
            let seconds = kind.seconds.map_or_else(String::new, |seconds| format!("{seconds:.2}"));
            print(&format!("{:<width$}  {:>12}  {:>8}  {seconds:>10}", kind.kind, kind.done, kind.all));
        }
        print("");
    }
    let what = if of_pictures { "pictures" } else { "images" };
    print(&format!("shard     state     {what:>11}   a minute   last heard of   left"));
    let count = status.shards.len();
    for shard in &status.shards {
        print(&line(&format!("{}/{count}", shard.index), shard, of_pictures));
    }
    if let Some(whole) = &status.whole {
        print(&line("whole", whole, of_pictures));
    }
    let (done, all): (usize, usize) =
        (status.kinds.iter().map(|kind| kind.done).sum(), status.kinds.iter().map(|kind| kind.all).sum());
    let ends = match status.seconds_left {
        Some(left) => format!("; what is at work is done with these in about {}", duration(left)),
        None => String::new(),
    };
    if of_pictures {
        print(&format!("{done} of {all} pictures{ends}"));
    }
}

fn line(name: &str, shard: &ShardStatus, of_pictures: bool) -> String {
    let (state, why) = match &shard.state {
        ShardState::NotBegun => return format!("{name:<8}  not begun"),
        ShardState::Working => ("at work", String::new()),
        ShardState::Silent => ("silent", String::new()),
        ShardState::Ended => ("ended", String::new()),
        ShardState::Failed(error) => ("failed", format!(": {error}")),
    };
    let log = shard.log.as_ref().map_or_else(String::new, |log| format!("; messages in {log}"));
    let done = if of_pictures { format!("{}/{}", shard.done, shard.pictures) } else { shard.images.to_string() };
    let heard = format!("{} ago", duration(shard.silent_for));
    let left = shard.seconds_left.map_or_else(|| "unknown".to_owned(), duration);
    format!(
        "{name:<8}  {state:<8}  {done:>11}  {:>9.1}  {heard:>14}   {left:<10}  {}{log}{why}",
        shard.per_minute, shard.by
    )
}
