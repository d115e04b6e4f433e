//! The runs whose pages are opened, and their tables by a reader of CSV of its own.

use report::{BlockRow, ChannelRow, Manifest, layout, read_table, write_table};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use streamscope_tests::harness::{Shared, program, root, succeed};

/// A name that would be a tag, an attribute or the end of a script if somebody took it for that.
pub(crate) const HOSTILE: &str = "<img src=x onerror=\"window.hacked=1\">'&amp;<script> %41#?.jpg";

/// A run of four channels of two blocks with photographs, one of them of a hostile name.
pub(crate) fn small() -> &'static Path {
    static RUN: Shared = Shared::new();
    RUN.get(|folder| {
        let images = folder.join("images");
        fs::create_dir_all(images.join("a")).unwrap();
        for (at, class) in ["rings", "star", "waves", "spiral"].into_iter().enumerate() {
            for number in 0..3 {
                let from = root().join(format!("fixtures/images/{class}/{class}_0{number}.jpg"));
                let name = if (at, number) == (0, 0) { HOSTILE.to_owned() } else { format!("{class}{number}.jpg") };
                fs::copy(from, images.join("a").join(name)).unwrap();
            }
        }
        fs::write(images.join("notes.txt"), "no image").unwrap();
        reproduce(&folder.join("run"), &["--images", &images.display().to_string()]);
        reproduce(&folder.join("other"), &["--images", &images.display().to_string(), "--seed", "5"]);
        let [run, other] = ["run", "other"].map(|name| folder.join(name).display().to_string());
        succeed(&mut program(&["report", &run, "--against", &other]));
    })
    .path()
}

fn reproduce(out: &Path, more: &[&str]) {
    let mut command = program(&["reproduce", "--blocks", "1.1,3.1", "--channels", "0..4", "--steps", "12"]);
    succeed(command.args(["--input-size", "64"]).args(more).arg("--out").arg(out));
}

/// A copy of the small run without its pictures, to change.
pub(crate) fn copied(to: &Path) -> PathBuf {
    let out = to.join("run");
    copy(&small().join("run"), &out);
    out
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap).filter(|entry| entry.file_name() != "store") {
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

/// A run of two seeds and a variant.
pub(crate) fn repeated() -> &'static Path {
    static RUN: Shared = Shared::new();
    RUN.get(|folder| {
        let mut command =
            program(&["reproduce", "--blocks", "1.1", "--channels", "0..6", "--steps", "4", "--seeds", "2"]);
        command.args(["--input-size", "48", "--variant", "no-augmentation", "--out"]).arg(folder.join("run"));
        succeed(&mut command);
    })
    .path()
}

/// A run that was killed before it had measured anything, and its page.
pub(crate) fn stopped() -> &'static Path {
    static RUN: Shared = Shared::new();
    RUN.get(|folder| {
        let out = folder.join("run");
        let mut command = program(&["reproduce", "--blocks", "1.1", "--channels", "0..8", "--steps", "250"]);
        command.args(["--input-size", "64", "--threads", "1"]).arg("--out").arg(&out);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let stored = || {
            let groups = fs::read_dir(out.join("store")).into_iter().flatten().flatten();
            let files =
                groups.filter(|group| group.path().is_dir()).flat_map(|group| fs::read_dir(group.path()).unwrap());
            files.flatten().filter(|file| file.file_name().len() == 64).count()
        };
        while stored() < 4 {
            assert_eq!(child.try_wait().unwrap(), None, "it ended too early");
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!out.join("manifest.json").exists() && !out.join("index.html").exists());
        succeed(&mut program(&["report", &out.display().to_string()]));
    })
    .path()
}

/// A folder of 1,856 channels, as torchvision's ResNet18 has in its blocks.
pub(crate) fn large() -> &'static Path {
    static RUN: Shared = Shared::new();
    RUN.get(|folder| of_widths(folder, 4)).path()
}

/// One of the 464 channels of the embedded network.
pub(crate) fn middling() -> &'static Path {
    static RUN: Shared = Shared::new();
    RUN.get(|folder| of_widths(folder, 1)).path()
}

/// So many times the embedded network's channels, or nearly all of them: rows of the small run with other ratios.
fn of_widths(folder: &Path, times: usize) {
    let out = copied(folder);
    let rows: Vec<ChannelRow> = read_table(&out.join(layout::CHANNELS)).unwrap();
    let blocks: Vec<BlockRow> = read_table(&out.join(layout::BLOCKS)).unwrap();
    let widths = [("1.1", 16), ("2.0", 32), ("2.1", 32), ("3.0", 64), ("3.1", 64), ("4.0", 128), ("4.1", 128)];
    let mut all = Vec::new();
    let mut of_blocks = Vec::new();
    let mut manifest = Manifest::read(&out).unwrap();
    manifest.blocks = BTreeMap::new();
    for (b, (block, width)) in widths.map(|(block, width)| (block, times * width)).into_iter().enumerate() {
        for channel in 0..width {
            let ratio = 0.01 * ((channel * 37 + b * 11) % 600) as f64;
            let category = if ratio <= 1.0 / 1.5 {
                "overwrite"
            } else if ratio < 1.5 {
                "mix"
            } else {
                "skip"
            };
            all.push(ChannelRow {
                block: block.to_owned(),
                channel,
                mix_ratio: (channel % 50 != 7).then_some(ratio),
                category: (channel % 50 != 7).then(|| category.to_owned()),
                block_delta: Some(((channel * 13) % 101) as f64 / 50.0 - 1.0),
                scale_metric: (channel % 9 != 0).then(|| ((channel * 29 + b) % 211) as f64 / 100.0 - 1.0),
                scale_invariant: channel % 17 == 3,
                photo_scale_invariant: (channel % 4 != 0).then_some(channel % 16 == 3),
                seeds: 5,
                overwrite_share: Some(f64::from(u8::from(category == "overwrite")) * share(channel)),
                mix_share: Some(1.0 - share(channel)),
                skip_share: Some(0.0),
                scale_invariant_share: Some(if channel % 23 == 5 { 0.4 } else { 0.0 }),
                ..rows[channel % rows.len()].clone()
            });
        }
        of_blocks.push(BlockRow { block: block.to_owned(), channels: width, studied: width, ..blocks[0].clone() });
        manifest.blocks.insert(block.to_owned(), (0..width).collect());
    }
    assert_eq!(all.len(), 464 * times);
    write_table(&out.join(layout::CHANNELS), &all).unwrap();
    write_table(&out.join(layout::BLOCKS), &of_blocks).unwrap();
    manifest.write(&out, |_| true).unwrap();
    report::render_page(&out).unwrap();
}

/// The share of five seeds that most channels have whole.
fn share(channel: usize) -> f64 {
    if channel % 7 == 2 { 0.6 } else { 1.0 }
}

/// A table: each row by its columns, blocks as people call them.
pub(crate) fn table(out: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(out.join("tables").join(name)).unwrap();
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            _ => cell.push(letter),
        }
    }
    let heading = rows.remove(0);
    let named = |row: Vec<String>| -> BTreeMap<String, String> { heading.iter().cloned().zip(row).collect() };
    let mut rows: Vec<BTreeMap<String, String>> = rows.into_iter().map(named).collect();
    for row in &mut rows {
        let block = row["block"].strip_prefix("layer").unwrap().to_owned();
        row.insert("block".to_owned(), block);
    }
    rows
}

/// The number of a cell.
pub(crate) fn number(row: &BTreeMap<String, String>, column: &str) -> Option<f64> {
    Some(&row[column]).filter(|cell| !cell.is_empty()).map(|cell| cell.parse().unwrap())
}

/// A channel's name.
pub(crate) fn named(row: &BTreeMap<String, String>) -> String {
    format!("{}/{}", row["block"], row["channel"])
}

/// A number as the page shows it: so many digits, a minus that is one, powers of ten for what is small or large.
pub(crate) fn shown(value: Option<f64>, digits: usize) -> String {
    let Some(value) = value else { return "not defined".to_owned() };
    let size = value.abs();
    if value.fract() == 0.0 && size < 1e7 {
        return format!("{value:.0}").replace('-', "\u{2212}").replace("\u{2212}0", "0");
    }
    let text = if !(1e-3..1e5).contains(&size) {
        let text = format!("{value:.2e}");
        let (digits, power) = text.split_once('e').unwrap();
        let sign = if power.starts_with('-') { "" } else { "+" };
        format!("{digits}e{sign}{power}")
    } else {
        format!("{value:.digits$}")
    };
    text.replace('-', "\u{2212}")
}
