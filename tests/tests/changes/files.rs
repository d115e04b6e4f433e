//! Each file of a finished run alone missing, cut, emptied or with one bit changed.

use super::world::{BASE, World, assert_same_outputs, base};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What happens to a file.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Damage {
    Missing,
    Cut,
    Empty,
    Changed,
}

const ALL: [Damage; 4] = [Damage::Missing, Damage::Cut, Damage::Empty, Damage::Changed];

fn damage(path: &Path, how: Damage) {
    let bytes = fs::read(path).unwrap();
    match how {
        Damage::Missing => fs::remove_file(path).unwrap(),
        Damage::Cut => fs::write(path, &bytes[..bytes.len() / 2]).unwrap(),
        Damage::Empty => fs::write(path, b"").unwrap(),
        Damage::Changed => {
            let mut bytes = bytes;
            // Behind what a header would say.
            let at = bytes.len() * 3 / 4;
            bytes[at] ^= 1;
            fs::write(path, bytes).unwrap();
        }
    }
}

/// Every file of a run, the store's too, by its place below the folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut files, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(here) = folders.pop() {
        for entry in fs::read_dir(here).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy();
                files.insert(name.into_owned(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

#[test]
fn verify_names_each_file_that_is_missing_cut_empty_or_changed() {
    let world = World::after_base();
    let all = files(&world.path("used"));
    assert!(all.len() > 70, "{:?}", all.keys());
    for (name, good) in &all {
        for how in ALL {
            let path = world.path("used").join(name);
            damage(&path, how);
            let output = world.run(&["verify", "used", "--digests-only"]);
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8(said).unwrap();
            let manifest = (name == "manifest.json", how);
            let expected = match manifest {
                // Without it there is no finished run.
                (true, Damage::Missing) => Some(2),
                _ => Some(1),
            };
            assert_eq!(output.status.code(), expected, "{name}, {how:?}: {said}");
            // By its whole name, as far as words go.
            let named =
                said.split([':', ' ', ',', '\n']).any(|word| word == name || word.ends_with(&format!("used/{name}")));
            assert!(named, "{name}, {how:?}: {said}");
            fs::write(&path, good).unwrap();
        }
    }
    let said = world.succeed(&["verify", "used", "--digests-only"]);
    assert!(said.contains("verified"), "{said}");
}

/// Damages files of a finished run, each in a way that the number of the round and the file's place give, and runs the
/// command again.
#[track_caller]
fn repaired(round: usize, is_damaged: impl Fn(&str) -> bool) {
    let world = World::after_base();
    let all = files(&world.path("used"));
    let names = all.keys().filter(|name| is_damaged(name));
    for (at, name) in names.enumerate() {
        damage(&world.path("used").join(name), ALL[(at + round) % 4]);
    }
    // Without its manifest nobody knows whose run a folder holds.
    let unknown: &[&str] = if is_damaged("manifest.json") { &["--replace"] } else { &[] };
    world.succeed(&[&BASE[..], &["--out", "used"], unknown].concat());
    let what = format!("round {round}");
    assert_same_outputs(&world.path("used"), &base().join("used"), &what);
    let after = files(&world.path("used"));
    let stored = |files: &BTreeMap<String, Vec<u8>>| -> BTreeMap<String, Vec<u8>> {
        let stored = files.iter().filter(|(name, _)| name.starts_with("store/"));
        stored.map(|(n, b)| (n.clone(), b.clone())).collect()
    };
    assert!(stored(&after) == stored(&all), "round {round}");
    let said = world.succeed(&["verify", "used", "--digests-only"]);
    assert!(said.contains("verified"), "round {round}: {said}");
}

#[test]
fn the_same_command_repairs_what_people_read() {
    // In four rounds every file is damaged in every way, and those beside it in others.
    for round in 0..4 {
        repaired(round, |name| !name.starts_with("store/") && name != "manifest.json");
    }
}

#[test]
fn the_same_command_repairs_the_store_and_the_manifest() {
    for round in 0..4 {
        repaired(round, |name| name.starts_with("store/") || name == "manifest.json");
    }
}

#[test]
fn explain_and_audit_say_a_sentence_about_what_they_lack() {
    let world = World::after_base();
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(world.path("used/manifest.json")).unwrap()).unwrap();
    let mut names = vec!["manifest.json".to_owned(), "tables/channels.csv".to_owned()];
    for role in ["input", "block", "output"] {
        let name = format!("features/1.1/{role}/1.png");
        let address = manifest["pictures"][&name]["address"].as_str().unwrap();
        names.push(format!("store/{}/{address}", &address[..2]));
        names.push(name);
    }
    for name in &names {
        for how in ALL {
            let path = world.path("used").join(name);
            let good = fs::read(&path).unwrap();
            damage(&path, how);
            let weights = ["--weights", "weights.npz", "--input-size", "32"];
            let explain = ["explain", "1.1", "1", "--run", "used"];
            let mut commands = vec![[&explain[..], &weights].concat()];
            // The audit reads these two first of all. Of an empty table it makes everything but budgets, which takes
            // long.
            let first = match how {
                Damage::Missing | Damage::Cut => !name.contains(".png") && !name.starts_with("store"),
                Damage::Empty | Damage::Changed => false,
            };
            if first {
                let audit = ["audit", "--run", "used", "--out", "audit"];
                commands.push([&audit[..], &weights].concat());
            }
            for command in commands {
                let output = world.run(&command);
                let said = String::from_utf8(output.stderr).unwrap();
                let code = output.status.code().unwrap();
                let what = format!("{command:?}: {name}, {how:?}: {code}, {said}");
                let errors = said.lines().filter(|line| line.starts_with("error: "));
                let errors: Vec<&str> = errors.collect();
                match code {
                    1 => assert!(errors.iter().any(|e| e.contains(name)), "{what}"),
                    2 => assert!(errors.len() == 1 && errors[0].contains(name), "{what}"),
                    _ => panic!("{what}"),
                }
                assert!(!said.contains("panicked"), "{what}");
            }
            fs::write(&path, good).unwrap();
        }
    }
}
