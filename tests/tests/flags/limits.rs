//! Both sides of each limit, counted in what happens and not in the words about it. Limits of single flags are in
//! `values.rs`; of threads in `threads.rs`; of steps in `reproduce.rs`; of pictures that are made again in `verify.rs`;
//! of budgets in `audit.rs`.

use crate::small::{embedded, manifest, plain, reproduce, star, text};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use streamscope_tests::harness::{program, root, run, succeed};
use testkit::golden::Archive;

/// A table by its rows, each with its cells by the names of their columns.
fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header: Vec<String> = lines.next().unwrap().split(',').map(str::to_owned).collect();
    let row = |line: &str| header.iter().cloned().zip(line.split(',').map(str::to_owned)).collect();
    lines.map(row).collect()
}

/// The units in a run's store at a site, as the first line of each entry says them, with the seed of each.
fn seeds(out: &Path, site: &str, channel: usize) -> Vec<u64> {
    let unit = format!("\"unit\":\"{site}:{channel} (neuron, seed ");
    let mut seeds = Vec::new();
    for folder in fs::read_dir(out.join("store")).unwrap().map(|f| f.unwrap().path()) {
        for entry in fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
            let bytes = fs::read(entry).unwrap();
            let end = bytes.iter().position(|&b| b == b'\n').unwrap();
            let header = String::from_utf8(bytes[..end].to_vec()).unwrap();
            if let Some((_, rest)) = header.split_once(&unit) {
                seeds.push(rest.split(')').next().unwrap().parse().unwrap());
            }
        }
    }
    seeds.sort_unstable();
    seeds
}

#[test]
fn a_channel_may_fail_four_times_and_not_five() {
    let folder = tempfile::tempdir().unwrap();
    let weights = text(&embedded());
    // By the numbers that the embedded network's pictures of one step give at 32 pixels: fails once, three, four and
    // five times.
    let tries = [(1, 1, true), (31, 3, true), (24, 4, true), (18, 4, false)];
    for first in [0, u64::MAX - 1] {
        let out = folder.path().join(first.to_string());
        let seed = first.to_string();
        let of = ["--weights", &weights, "--blocks", "2.0", "--channels", "1,18,24,31"];
        let output = reproduce(&out, &[&of[..], &["--seed", &seed]].concat()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        let record = manifest(&out);
        let rows = table(&out.join("tables/channels.csv"));
        let mut failed = 0;
        for (channel, expected, kept) in tries {
            let row = rows.iter().find(|r| r["channel"] == channel.to_string()).unwrap();
            let retries: u64 = row["retries"].parse().unwrap();
            let sound = !row["category"].is_empty();
            if first == 0 {
                assert_eq!((retries, sound), (expected, kept), "channel {channel}");
            }
            // Whatever the seed: nobody is tried a sixth time, and nobody given up before the fifth.
            assert!(retries <= 4 && (sound || retries == 4), "channel {channel}");
            failed += usize::from(!sound);
            let all: Vec<u64> = {
                let mut all: Vec<u64> = (0..=retries).map(|n| first.wrapping_add(n)).collect();
                all.sort_unstable();
                all
            };
            assert_eq!(seeds(&out, "layer2.0.downsample.1", channel), all);
            assert_eq!(seeds(&out, "layer2.0.bn2", channel), all);
            // The Output's picture is no reason to try again.
            assert_eq!(seeds(&out, "layer2.0.pre", channel), [first]);
            for (role, seed) in
                [("input", first.wrapping_add(retries)), ("block", first.wrapping_add(retries)), ("output", first)]
            {
                let name = format!("features/2.0/{role}/{channel}.png");
                assert_eq!(record["pictures"][&name]["seed"], seed, "{name}");
            }
            let words = format!("block 2.0, channel {channel}: not measured: none of 5 attempts made ");
            assert_eq!(said.matches(&words).count(), usize::from(!sound), "{said}");
            // Each picture of a new seed is said once, with the seed that it is made from.
            for site in ["layer2.0.downsample.1", "layer2.0.bn2"] {
                let again = format!("{site}:{channel} (neuron, seed ");
                let lines: Vec<&str> = said.lines().filter(|l| l.starts_with(&again)).collect();
                assert_eq!(lines.len() as u64, retries, "{said}");
                for (line, retry) in lines.iter().zip(1..) {
                    let unit = format!(
                        "{again}{}): made again, because the picture from the seed before failed",
                        first.wrapping_add(retry)
                    );
                    assert_eq!(*line, unit);
                }
            }
        }
        assert_eq!(record["failed"].as_array().unwrap().len(), failed);
    }
}

#[test]
fn one_picture_may_fail_four_times_and_not_five() {
    let folder = tempfile::tempdir().unwrap();
    let made = |channel: &str, out: &str| {
        let out = text(&folder.path().join(out));
        let output = run(&[
            "visualize",
            "--input-size",
            "32",
            "--site",
            "layer2.0.pre",
            "--steps",
            "1",
            "--channel",
            channel,
            "--out",
            &out,
        ]);
        let (printed, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        let seed: usize = printed.trim_end().rsplit("seed ").next().unwrap().parse().unwrap();
        let value = printed.split(" is ").nth(1).unwrap().split(' ').next().unwrap();
        let value = value.parse::<f64>().unwrap();
        assert_eq!(output.status.code(), Some(i32::from(value <= 0.0)), "{said}");
        (seed, value, said)
    };
    // By the numbers that the embedded network's pictures of one step give at 32 pixels.
    for (channel, retries, kept) in [("0", 0, true), ("25", 1, true), ("24", 2, true), ("4", 4, true), ("1", 4, false)]
    {
        let (seed, value, said) = made(channel, "p.png");
        assert_eq!((seed, value > 0.0), (retries, kept), "{said}");
        let mut expected: Vec<String> = (1..=retries)
            .map(|seed| {
                format!(
                    "layer2.0.pre:{channel} (neuron, seed {seed}): made again, because the picture from the seed before failed"
                )
            })
            .collect();
        if !kept {
            expected.push(format!("layer2.0.pre:{channel}: none of 5 attempts made the neuron positive"));
        }
        assert_eq!(said.lines().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn the_largest_images_that_are_read_are_4096_pixels_and_the_smallest_8() {
    let folder = tempfile::tempdir().unwrap();
    let one = text(&star().join("star_00.jpg"));
    let out = folder.path().join("a.npz");
    for size in ["8", "4096"] {
        let mut command = program(&["activations", "--sites", "layer1.1", "--images", &one]);
        succeed(command.args(["--input-size", size]).arg("--out").arg(&out));
        assert_eq!(Archive::open(&out).f32("layer1.1").shape, [1, 16]);
    }
}

/// So many of the embedded images in a folder.
fn images(folder: &Path, count: usize) {
    fs::create_dir(folder).unwrap();
    for at in 0..count {
        let name = format!("rings_{at:02}.jpg");
        fs::copy(root().join("fixtures/images/rings").join(&name), folder.join(name)).unwrap();
    }
}

#[test]
fn nine_images_are_named_at_each_end_or_as_many_as_there_are() {
    let folder = tempfile::tempdir().unwrap();
    for count in [1, 8, 9, 10] {
        let (of, out) = (folder.path().join(format!("images{count}")), folder.path().join(format!("out{count}")));
        images(&of, count);
        succeed(&mut reproduce(&out, &["--images", &text(&of)]));
        let values = testkit::golden::npy_f32(out.join("activations/layer1.1.bn2.npy"));
        assert_eq!(values.shape, [count, 16]);
        let mut order: Vec<usize> = (0..count).collect();
        // Channel 0: the largest first, and the smallest first.
        order.sort_by(|&a, &b| values.values[b * 16].total_cmp(&values.values[a * 16]));
        let names = |order: &[usize]| -> Vec<String> {
            let nine = order.iter().take(9);
            nine.map(|at| format!("rings_{at:02}.jpg")).collect()
        };
        let rows = table(&out.join("tables/extremes.csv"));
        for (end, expected) in [
            ("top", names(&order)),
            ("bottom", {
                order.reverse();
                names(&order)
            }),
        ] {
            let found: Vec<(String, String)> = rows
                .iter()
                .filter(|r| r["channel"] == "0" && r["role"] == "block" && r["end"] == end)
                .map(|r| (r["rank"].clone(), r["image"].clone()))
                .collect();
            let expected: Vec<(String, String)> =
                expected.into_iter().zip(1..).map(|(name, rank)| (rank.to_string(), name)).collect();
            assert_eq!(found, expected, "{count} images, {end}");
            assert_eq!(found.len(), count.min(9));
        }
    }
}

#[test]
fn twenty_files_that_nobody_knows_are_named_and_the_others_counted() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let weights = text(&embedded());
    succeed(&mut reproduce(&out, &["--weights", &weights]));
    for count in 1..=22 {
        fs::write(out.join(format!("mine{count:02}.txt")), "").unwrap();
        if ![1, 19, 20, 21, 22].contains(&count) {
            continue;
        }
        let output = run(&["verify", &text(&out), "--digests-only"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{said}");
        let named: Vec<&str> = said.lines().filter(|l| l.contains(": mine")).collect();
        let expected: Vec<String> =
            (1..=count.min(20)).map(|n| format!("not in the manifest: mine{n:02}.txt, which no run writes")).collect();
        assert_eq!(named, expected);
        let more = format!("not in the manifest: {} more files like these", count - count.min(20));
        assert_eq!(said.lines().any(|l| l == more), count > 20, "{said}");
        assert_eq!(said.contains("more files like these"), count > 20);
    }
}

#[test]
fn channels_up_to_the_last_are_studied_and_the_next_one_refused() {
    let folder = tempfile::tempdir().unwrap();
    let weights = text(&embedded());
    for (block, count) in [("1.1", 16), ("2.0", 32), ("3.1", 64), ("4.1", 128)] {
        let out = folder.path().join(block);
        let of = |channels: &str| {
            let of = ["--weights", &weights, "--blocks", block, "--channels", channels];
            reproduce(&out, &of).output().unwrap()
        };
        let next = of(&count.to_string());
        let said = String::from_utf8(next.stderr).unwrap();
        assert_eq!((next.status.code(), out.exists()), (Some(2), false), "{said}");
        if block == "1.1" {
            assert!(of(&(count - 1).to_string()).status.success());
            assert_eq!(manifest(&out)["blocks"][block], serde_json::json!([count - 1]));
        }
        let range = of(&format!("{}..{}", count - 1, count + 1));
        assert_eq!(range.status.code(), Some(2));
        let site = format!("layer{block}");
        let picture = text(&folder.path().join("p.png"));
        let of = |channel: usize| {
            let mut command = program(&["visualize", "--site", &site, "--objective", "channel"]);
            command.args(["--input-size", "32", "--steps", "1", "--out", &picture]);
            command.args(["--channel", &channel.to_string()]).output().unwrap()
        };
        assert!(of(count - 1).status.success());
        assert_eq!(of(count).status.code(), Some(2));
    }
    assert!(plain().exists());
}
