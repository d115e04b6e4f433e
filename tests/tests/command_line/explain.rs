//! `explain`: the derivation of a channel, and that it names whatever its pictures do not give.

use std::fs;
use std::path::Path;
use streamscope_tests::harness::{program, root, run, small_run, succeed};

#[test]
fn an_explanation_ends_in_the_numbers_of_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("run");
    small_run(&made);
    let path = made.display().to_string();
    let text = succeed(&mut program(&["explain", "3.1", "0", "--run", &path]));
    let table = fs::read_to_string(made.join("tables/channels.csv")).unwrap();
    let header: Vec<&str> = table.lines().next().unwrap().split(',').collect();
    let row = table.lines().find(|l| l.starts_with("layer3.1,0,")).unwrap();
    let cells: Vec<&str> = row.split(',').collect();
    let cell = |name: &str| -> f64 { cells[header.iter().position(|c| *c == name).unwrap()].parse().unwrap() };
    assert!(text.contains(&format!("So M = {:.6}: ", cell("mix_ratio"))), "{text}");
    for (name, column) in [("dB", "block_delta"), ("dI", "input_delta")] {
        let line = text.lines().find(|l| l.trim_start().starts_with(&format!("{name} = (max"))).unwrap();
        // (max(a, 0) - max(b, 0)) / c with the numbers that are printed, and what it gives.
        let numbers: Vec<f64> = line
            .split(" = ")
            .skip(2)
            .flat_map(|part| part.split(['(', ')', ',', '/', ' ']))
            .filter_map(|word| word.trim_end_matches('.').parse().ok())
            .collect();
        let [a, _, b, _, c, result] = numbers[..] else { panic!("{line}: {numbers:?}") };
        assert!((result - cell(column)).abs() <= 5e-7, "{line}");
        assert!(result != 0.0, "{line}: whatever was read, clipped, is zero");
        // Four decimals of each are printed.
        let value = (a.max(0.0) - b.max(0.0)) / c;
        assert!((value - cell(column)).abs() <= 2e-4 / c.abs() * (1.0 + value.abs()), "{line}");
    }
    assert!(!text.contains("-0.0000 ") && !text.contains("-0.000000"), "{text}");
    // On each picture the listed terms, the others and the constant add up to the Block's activation.
    for (picture, column) in [("Input's", "b_i"), ("Block's", "b_b"), ("Output's", "b_o")] {
        let words = format!("{picture} picture: these");
        let sentence = text.lines().find(|l| l.contains(&words)).unwrap();
        let total: f64 = sentence.trim_end_matches('.').rsplit(' ').next().unwrap().parse().unwrap();
        assert!((total - cell(column)).abs() <= 1e-4 * (1.0 + total.abs()), "{sentence}");
    }
    for file in ["features/3.1/input/0.png", "features/3.1/block/0.png"] {
        let digest = blake3::hash(&fs::read(made.join(file)).unwrap()).to_hex().to_string();
        assert!(text.contains(&digest), "{file}");
    }
    let page = fs::read_to_string(made.join("explain/3.1_0.html")).unwrap();
    assert!(page.contains("../features/3.1/output/0.png"));

    // It is no part of what the run's manifest vouches for.
    succeed(&mut program(&["verify", &path, "--digests-only"]));

    let output = run(&["explain", "3.1", "7", "--run", &path]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("channel 7 of block 3.1") && said.contains("channels.csv"), "{said}");
}

/// Explains channel 1 of block 3.1 of a run that was changed; its text, and what it says of the changes.
#[track_caller]
fn differs(folder: &Path) -> (String, String) {
    let path = folder.display().to_string();
    let output = run(&["explain", "3.1", "1", "--run", &path]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    (String::from_utf8(output.stdout).unwrap(), said)
}

#[test]
fn a_changed_cell_picture_or_manifest_is_named_and_what_is_derived_is_of_the_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("run");
    small_run(&made);
    let path = made.display().to_string();
    let text = succeed(&mut program(&["explain", "3.1", "1", "--run", &path]));
    assert!(text.contains("Nothing differs") && !text.contains("DIFFERS"));
    let derived = |text: &str| text[text.find("Nine activations").unwrap()..].to_owned();

    // Each cell that is derived, changed alone.
    let table = made.join("tables/channels.csv");
    let kept = fs::read_to_string(&table).unwrap();
    let header: Vec<&str> = kept.lines().next().unwrap().split(',').collect();
    for (column, value) in [
        ("o_i", "777.0"),
        ("b_o", "777.0"),
        ("i_b", "-0.25"),
        ("mix_ratio", "777.0"),
        ("category", "none"),
        ("block_delta", "777.0"),
        ("input_delta", ""),
        ("scale_invariant", "true"),
        ("scale_invariant_no_mix", "true"),
        ("retries", "1"),
    ] {
        let at = header.iter().position(|c| *c == column).unwrap();
        let line = |line: &str| -> String {
            let mut cells: Vec<&str> = line.split(',').collect();
            if line.starts_with("layer3.1,1,") {
                // A truth is changed to the other one.
                cells[at] = if cells[at] == "true" { "false" } else { value };
            }
            cells.join(",") + "\n"
        };
        fs::write(&table, kept.lines().map(line).collect::<String>()).unwrap();
        let (changed, said) = differs(&made);
        assert!(said.contains("tables/channels.csv: its digest is"), "{said}");
        let named = format!("tables/channels.csv: {column} of channel 1 of block 3.1 is ");
        if column == "retries" {
            assert!(said.contains("seed 1"), "{said}");
            continue;
        }
        assert!(said.contains(&named), "{column}: {said}");
        assert!(changed.contains(&named) && changed.contains("DIFFERS"), "{changed}");
        // The sums and rules are those of the pictures, whatever the table says.
        let rules = |text: &str| text[text.find("The largest terms").unwrap()..].to_owned();
        assert_eq!(rules(&changed), rules(&text), "{column}");
    }
    fs::write(&table, &kept).unwrap();

    // Another picture in its place.
    let picture = made.join("features/3.1/block/1.png");
    let kept = fs::read(&picture).unwrap();
    fs::copy(made.join("features/3.1/input/1.png"), &picture).unwrap();
    let (changed, said) = differs(&made);
    for words in [
        "features/3.1/block/1.png: its digest is",
        "features/3.1/block/1.png: it is not the picture of layer3.1.bn2:1",
        "tables/channels.csv: b_b of channel 1 of block 3.1 is",
    ] {
        assert!(said.contains(words), "{said}");
    }
    assert_ne!(derived(&changed), derived(&text));
    let page = fs::read_to_string(made.join("explain/3.1_1.html")).unwrap();
    assert!(page.contains("What differs") && page.contains("class=\"failed\""));
    fs::write(&picture, &kept).unwrap();

    // A manifest that was written by hand, and a store that lost a picture.
    let manifest = made.join("manifest.json");
    let kept = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, kept.replacen("\"preset\": \"quick\"", "\"preset\": \"paper\"", 1)).unwrap();
    assert!(differs(&made).1.contains("manifest.json: it does not have its own digest"));
    fs::write(&manifest, &kept).unwrap();
    let json: serde_json::Value = serde_json::from_str(&kept).unwrap();
    let key = json["pictures"]["features/3.1/output/1.png"]["address"].as_str().unwrap();
    fs::remove_file(made.join("store").join(&key[..2]).join(key)).unwrap();
    let (_, said) = differs(&made);
    assert!(said.contains(key) && said.contains("missing or damaged"), "{said}");
}

#[test]
fn a_channel_that_was_retried_says_which_seed_its_pictures_are_from_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run").display().to_string();
    let arguments = ["--blocks", "4.0", "--channels", "25", "--preset", "smoke", "--out", &path];
    succeed(program(&["reproduce"]).args(arguments));
    let text = succeed(&mut program(&["explain", "4.0", "25", "--run", &path]));
    for words in [
        "It was retried 1 time, so the Input's and the Block's picture are from seed 1, the Output's from seed 0.",
        "neither is positive: both made again",
        "at least one is positive: kept",
    ] {
        assert!(text.contains(words), "{text}");
    }
    let seeds: Vec<&str> = text
        .lines()
        .filter_map(|l| l.trim().strip_prefix("seed "))
        .map(str::trim)
        .filter(|rest| rest.len() == 1)
        .collect();
    assert_eq!(seeds, ["1", "1", "0"]);
}

#[test]
fn a_failed_attempt_shows_what_a_run_that_ends_with_it_has_in_its_table() {
    let folder = tempfile::tempdir().unwrap();
    let weights = root().join("fixtures/resnet18-16.npz").display().to_string();
    // With one step at this size every attempt of this channel fails: the table keeps the last one, from the seed four later.
    let of = ["--weights", &weights, "--input-size", "32"];
    let explained = |seed: &str| {
        let made = folder.path().join(seed);
        let path = made.display().to_string();
        let run = ["--blocks", "3.0", "--channels", "5,54", "--steps", "1", "--seed", seed, "--out", &path];
        succeed(program(&["reproduce"]).args(of).args(run));
        let text = succeed(program(&["explain", "3.0", "54", "--run", &path]).args(of));
        let table = fs::read_to_string(made.join("tables/channels.csv")).unwrap();
        let header: Vec<&str> = table.lines().next().unwrap().split(',').collect();
        let row: Vec<&str> = table.lines().find(|l| l.starts_with("layer3.0,54,")).unwrap().split(',').collect();
        let cell = |name: &str| row[header.iter().position(|c| *c == name).unwrap()].parse::<f64>().unwrap();
        (text, format!("{:.4} {:.4}", cell("o_i"), cell("o_b")))
    };
    let (_, last) = explained("0");
    let (attempts, _) = explained("4");
    let rows = attempts.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "));
    let row = rows.filter(|l| l.starts_with("4 ")).find(|l| l.ends_with("both made again"));
    assert_eq!(row.unwrap(), format!("4 {last} neither is positive: both made again"));
    let (o_i, o_b) = last.split_once(' ').unwrap();
    assert_ne!(o_i, o_b);
}
