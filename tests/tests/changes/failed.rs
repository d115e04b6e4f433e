//! A block with one channel that is given up: all others have what they have without it.

use super::world::{World, outputs};
use std::collections::BTreeMap;

/// Channel 54 fails at every seed with so few steps.
fn command<'a>(channels: &'a str, out: &'a str) -> Vec<&'a str> {
    vec![
        "reproduce",
        "--weights",
        "weights.npz",
        "--images",
        "images",
        "--blocks",
        "3.0",
        "--channels",
        channels,
        "--steps",
        "1",
        "--input-size",
        "32",
        "--out",
        out,
    ]
}

/// The lines of a table, by their header, without those of some channel.
fn rows(files: &BTreeMap<String, Vec<u8>>, table: &str, without: Option<usize>) -> Vec<String> {
    let text = String::from_utf8(files[table].clone()).unwrap();
    let of = without.map(|channel| format!("layer3.0,{channel},"));
    let is_other = |line: &&str| of.as_ref().is_none_or(|of| !line.starts_with(of));
    text.lines().filter(is_other).map(str::to_owned).collect()
}

fn cell<'a>(files: &'a BTreeMap<String, Vec<u8>>, table: &str, line: usize, column: &str) -> &'a str {
    let text = std::str::from_utf8(&files[table]).unwrap();
    let mut lines = text.lines();
    let at = lines.next().unwrap().split(',').position(|c| c == column);
    lines.nth(line).unwrap().split(',').nth(at.unwrap()).unwrap()
}

#[test]
fn the_other_channels_have_the_rows_and_pictures_of_a_run_without_it() {
    let world = World::new();
    let said = world.succeed(&command("0,3,54", "with"));
    assert!(said.contains("block 3.0, channel 54: not measured: none of 5 attempts made"), "{said}");
    world.succeed(&command("0,3", "without"));
    let [with, without] = ["with", "without"].map(|out| outputs(&world.path(out)));
    for table in ["channels", "scale_tuning", "extremes", "exemplars"] {
        let table = format!("tables/{table}.csv");
        let expected = rows(&without, &table, None);
        assert!(expected.len() > 1, "{table}");
        assert_eq!(rows(&with, &table, Some(54)), expected, "{table}");
    }
    let table = "tables/mix_histogram.csv";
    assert!(with[table] == without[table]);
    // How many were studied is said, and those that were given up were.
    let claims = |files: &BTreeMap<String, Vec<u8>>| String::from_utf8(files["tables/claims.csv"].clone()).unwrap();
    assert!(claims(&with).contains("3 of 64 channels were studied"));
    assert_eq!(claims(&with).replace("3 of 64", "2 of 64"), claims(&without));
    let of_54 = |name: &str| name.split('/').next_back().is_some_and(|file| file.starts_with("54."));
    for (name, bytes) in with.iter().filter(|(name, _)| name.starts_with("features/")) {
        match of_54(name) {
            true => assert!(!without.contains_key(name), "{name}"),
            false => assert!(*bytes == without[name], "{name}"),
        }
    }
    let kept = without.keys().filter(|name| name.starts_with("features/"));
    assert!(kept.clone().count() >= 12 && kept.clone().all(|name| with.contains_key(name)));
    // The failed one is counted, and counts in nothing else.
    let blocks = "tables/blocks.csv";
    let header = rows(&with, blocks, None)[0].clone();
    for column in header.split(',') {
        let [with, without] = [&with, &without].map(|files| cell(files, blocks, 0, column));
        match column {
            "failed" => assert_eq!([with, without], ["1", "0"]),
            // A photograph's measures need no picture.
            of_photographs if of_photographs.starts_with("photo_") => {}
            // How often Block inhibits is of photographs, too.
            _ if column.contains("inhibit") => {}
            _ => assert_eq!(with, without, "{column}"),
        }
    }
    let channels = rows(&with, "tables/channels.csv", None);
    let (header, failed) = (&channels[0], channels.iter().find(|l| l.starts_with("layer3.0,54,")));
    let cells = failed.unwrap().split(',');
    for (column, cell) in header.split(',').zip(cells) {
        let expected = match column {
            "mix_ratio" | "scale_metric" | "block_delta" | "input_delta" => "",
            "retries" => "4",
            "scale_invariant" | "scale_invariant_no_mix" | "scale_invariant_by_block" => "false",
            _ => continue,
        };
        assert_eq!(cell, expected, "{column}");
    }
    let manifest: serde_json::Value = serde_json::from_slice(&with["manifest.json"]).unwrap();
    assert_eq!(manifest["failed"].as_array().unwrap().len(), 1);
}
