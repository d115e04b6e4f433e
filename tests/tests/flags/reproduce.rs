//! The flags of `reproduce`.

use crate::small::{embedded, manifest, other_weights, pictures, plain, reproduce, size, star, text, trajectories};
use crate::{Tested, shards, threads};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use streamscope_tests::harness::{assert_same_results, program, results, root, succeed};

pub(crate) const FLAGS: &[Tested] = &[
    ("--weights", the_network_is_the_one_that_is_named),
    ("--input-size", the_size_is_that_of_the_network),
    ("--mean", the_mean_is_the_one_that_is_named),
    ("--std", the_deviation_is_the_one_that_is_named),
    ("--resize", photographs_are_resized_as_is_said),
    ("--images", photographs_are_those_of_the_folder),
    ("--shuffled", a_shuffled_network_is_another_one_of_the_same_numbers),
    ("--blocks", blocks_are_those_named_or_all_seven),
    ("--channels", channels_are_those_named_or_all),
    ("--preset", a_preset_is_a_number_of_steps),
    ("--steps", steps_take_the_place_of_the_presets),
    ("--seed", another_seed_gives_other_pictures),
    ("--variant", a_variant_is_measured_beside_the_published_study),
    ("--convergence", channels_are_looked_at_after_other_numbers_of_steps),
    ("--whole-channels", every_channel_has_pictures_of_the_whole_of_it),
    ("--seeds", pictures_are_made_from_each_of_several_seeds),
    ("--threads", threads::of_reproduce),
    ("--out", everything_is_in_the_folder_that_is_named),
    ("--replace", another_run_is_replaced_only_where_it_is_asked_for),
    ("--shard", shards::only_a_part_of_the_pictures_is_made),
];

#[test]
fn the_network_is_the_one_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (same, other) = (folder.path().join("same"), folder.path().join("other"));
    let (path, others) = (text(&embedded()), text(other_weights()));
    let images = text(&star());
    succeed(&mut reproduce(&same, &["--weights", &path, "--images", &images]));
    assert_same_results(&same, plain());
    succeed(&mut reproduce(&other, &["--weights", &others]));
    let (ours, theirs) = (manifest(plain()), manifest(&other));
    assert_eq!(theirs["network"]["weights"], others);
    assert_eq!(manifest(&same)["network"]["weights"], path);
    assert_ne!(ours["network"]["weights_digest"], theirs["network"]["weights_digest"]);
    // Photographs of its own belong to the embedded network alone.
    assert!(theirs["images"].is_null() && ours["images"]["read"] == 10);
    for (name, picture) in pictures(&other) {
        assert!(pictures(plain())[&name] != picture, "{name}");
    }
}

#[test]
pub(crate) fn the_size_is_that_of_the_network() {
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        let mut command = program(&["reproduce", "--blocks", "1.1", "--channels", "0"]);
        command.args(["--steps", "1"]).args(more);
        succeed(command.arg("--out").arg(&out));
        let picture = out.join("features/1.1/input/0.png");
        (manifest(&out)["network"]["input_size"].clone(), size(&picture))
    };
    let images = text(&star());
    let path = text(&embedded());
    assert_eq!(of("a", &["--images", &images]), (json!(128), (128, 128)));
    assert_eq!(of("b", &["--weights", &path]), (json!(224), (224, 224)));
    let small = ["--weights", &path, "--input-size", "36"];
    assert_eq!(of("c", &small), (json!(36), (36, 36)));
}

/// What the manifest of a run with a flag says of preprocessing, its pictures, and what was read of its photographs.
fn preprocessed(flag: &str, value: &str) -> (Value, BTreeMap<String, Vec<u8>>, Vec<f32>) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    succeed(&mut reproduce(&out, &[flag, value]));
    of_preprocessed(&out)
}

fn of_preprocessed(out: &Path) -> (Value, BTreeMap<String, Vec<u8>>, Vec<f32>) {
    let read = testkit::golden::npy_f32(out.join("activations/layer1.0.npy")).values;
    (manifest(out)["network"]["preprocessing"].clone(), pictures(out), read)
}

#[test]
pub(crate) fn the_mean_is_the_one_that_is_named() {
    let (usual, pictures, read) = of_preprocessed(plain());
    assert_eq!(usual, json!({ "resize": 37, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225] }));
    let found = preprocessed("--mean", "0.5,0.456,0.406");
    assert_eq!(found.0["mean"], json!([0.5, 0.456, 0.406]));
    assert!(found.1 != pictures && found.2 != read);
}

#[test]
pub(crate) fn the_deviation_is_the_one_that_is_named() {
    let (_, pictures, read) = of_preprocessed(plain());
    let found = preprocessed("--std", "0.25,0.5,0.125");
    assert_eq!(found.0["std"], json!([0.25, 0.5, 0.125]));
    assert!(found.1 != pictures && found.2 != read);
}

#[test]
pub(crate) fn photographs_are_resized_as_is_said() {
    let (_, pictures, read) = of_preprocessed(plain());
    let found = preprocessed("--resize", "64");
    assert_eq!(found.0["resize"], json!(64));
    // It changes what is read of photographs, and no picture that is optimised.
    let mosaic = |name: &&String| name.contains(".top.") || name.contains(".inhibition.");
    let optimised = |all: &BTreeMap<String, Vec<u8>>| -> Vec<Vec<u8>> {
        all.iter().filter(|(name, _)| !mosaic(name)).map(|(_, bytes)| bytes.clone()).collect()
    };
    assert!(optimised(&found.1) == optimised(&pictures) && found.2 != read);
}

#[test]
fn a_shuffled_network_is_another_one_of_the_same_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    succeed(&mut reproduce(&out, &["--shuffled"]));
    let (ours, plain) = (manifest(&out), manifest(plain()));
    assert_eq!((&ours["network"]["shuffled"], plain["network"].get("shuffled")), (&json!(true), None));
    assert_eq!(ours["network"]["weights"], plain["network"]["weights"]);
    assert_ne!(ours["network"]["weights_digest"], plain["network"]["weights_digest"]);
    let page = fs::read_to_string(out.join("page/data/run.js")).unwrap();
    assert!(page.contains("\"shuffled\":true"));
    // It is verified as the network that it is, and no run of the trained one goes on there.
    succeed(&mut program(&["verify", &text(&out), "--all"]));
    let refused = reproduce(&out, &[]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{}", String::from_utf8_lossy(&refused.stderr));
}

#[test]
fn photographs_are_those_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("mine");
    fs::create_dir(&images).unwrap();
    for name in ["rings_03.jpg", "rings_08.jpg", "rings_05.jpg"] {
        fs::copy(root().join("fixtures/images/rings").join(name), images.join(name)).unwrap();
    }
    let out = folder.path().join("out");
    succeed(&mut reproduce(&out, &["--images", &text(&images)]));
    let names = fs::read_to_string(out.join("activations/images.txt")).unwrap();
    assert_eq!(names, "rings_03.jpg\nrings_05.jpg\nrings_08.jpg\n");
    let of = &manifest(&out)["images"];
    assert_eq!((&of["folder"], &of["read"]), (&json!(text(&images)), &json!(3)));
    let rows = |out: &Path| testkit::golden::npy_f32(out.join("activations/layer1.0.npy")).shape;
    assert_eq!((rows(&out), rows(plain())), (vec![3, 16], vec![10, 16]));
    // Photographs change no picture that is optimised.
    assert_eq!(pictures(&out), pictures(plain()));
}

#[test]
pub(crate) fn blocks_are_those_named_or_all_seven() {
    let folder = tempfile::tempdir().unwrap();
    let (two, all) = (folder.path().join("two"), folder.path().join("all"));
    succeed(&mut reproduce(&two, &["--blocks", "2.1,1.1"]));
    assert_eq!(manifest(&two)["blocks"], json!({"1.1": [0], "2.1": [0]}));
    let path = text(&embedded());
    let mut command = program(&["reproduce", "--channels", "0", "--steps", "1"]);
    command.args(["--input-size", "32", "--weights", &path]);
    let printed = succeed(command.arg("--out").arg(&all));
    let seven = ["1.1", "2.0", "2.1", "3.0", "3.1", "4.0", "4.1"];
    let blocks = manifest(&all)["blocks"].clone();
    assert!(blocks.as_object().unwrap().keys().eq(seven));
    let rows = printed.lines().skip(1).map(|l| l.split(' ').next().unwrap());
    assert!(rows.eq(seven), "{printed}");
    assert!(all.join("features/4.1/output/0.png").exists());
}

#[test]
pub(crate) fn channels_are_those_named_or_all() {
    let folder = tempfile::tempdir().unwrap();
    let (some, all) = (folder.path().join("some"), folder.path().join("all"));
    succeed(&mut reproduce(&some, &["--channels", "9,2..4,3"]));
    assert_eq!(manifest(&some)["blocks"], json!({"1.1": [2, 3, 9]}));
    assert_eq!(manifest(&some)["channels"], json!(["9", "2..4", "3"]));
    for channel in 0..16 {
        let there = some.join(format!("features/1.1/block/{channel}.png")).exists();
        assert_eq!(there, [2, 3, 9].contains(&channel), "{channel}");
    }
    let path = text(&embedded());
    let mut command = program(&["reproduce", "--blocks", "1.1", "--steps", "1"]);
    command.args(["--input-size", "32", "--weights", &path]);
    succeed(command.arg("--out").arg(&all));
    let every: Vec<usize> = (0..16).collect();
    assert_eq!(manifest(&all)["blocks"], json!({"1.1": every}));
    assert_eq!(manifest(&all)["channels"], json!([]));
}

/// A run of eight pixels.
fn steps(more: &[&str]) -> (Vec<usize>, serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    let path = text(&embedded());
    let mut command = program(&["reproduce", "--blocks", "1.1", "--channels", "0"]);
    command.args(["--input-size", "8", "--weights", &path]);
    succeed(command.args(more).arg("--out").arg(folder.path()));
    let manifest = manifest(folder.path());
    let seen = json!([manifest["preset"], manifest["recipe"]["steps"]]);
    (trajectories(folder.path()), seen)
}

#[test]
fn a_preset_is_a_number_of_steps() {
    for (name, count) in [("smoke", 4), ("quick", 64), ("paper", 2560)] {
        let (made, said) = steps(&["--preset", name]);
        assert_eq!(made, vec![count; made.len()]);
        assert_eq!(said, json!([name, count]));
        assert!(made.len() >= 3);
    }
}

#[test]
fn steps_take_the_place_of_the_presets() {
    for (count, more) in
        [(1, &["--steps", "1"][..]), (3, &["--steps", "3", "--preset", "smoke"]), (65, &["--steps", "65"])]
    {
        let (made, said) = steps(more);
        assert!(made.len() >= 3 && made.iter().all(|&made| made == count));
        assert_eq!(said[1], count);
    }
}

#[test]
fn another_seed_gives_other_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let largest = u64::MAX.to_string();
    for (name, seed) in [("five", "5"), ("largest", &largest)] {
        let out = folder.path().join(name);
        succeed(&mut reproduce(&out, &["--seed", seed]));
        let said = manifest(&out);
        assert_eq!(said["seed"].to_string(), seed);
        let before = pictures(plain());
        for (name, picture) in pictures(&out) {
            assert_eq!(said["pictures"][&name]["seed"].to_string(), seed, "{name}");
            assert!(before[&name] != picture, "{name}");
        }
    }
}

#[test]
fn a_variant_is_measured_beside_the_published_study() {
    let folder = tempfile::tempdir().unwrap();
    let (out, before) = (folder.path().join("out"), pictures(plain()));
    let all = "post-relu,antialias,float-picture,no-augmentation,aliased-block,centered-jitter";
    succeed(&mut reproduce(&out, &["--variant", all]));
    let rows = fs::read_to_string(out.join("tables/variants.csv")).unwrap();
    let answers = |variant: &str| -> Vec<String> {
        let row = rows.lines().find(|line| line.split(',').nth(2) == Some(variant));
        row.unwrap().split(',').skip(3).map(str::to_owned).collect()
    };
    let published = fs::read_to_string(out.join("tables/seeds.csv")).unwrap();
    let published: Vec<String> = published.lines().nth(1).unwrap().split(',').skip(3).map(str::to_owned).collect();
    // Nine answers, then those on pictures at other sizes.
    assert_ne!(answers("no-augmentation")[..9], published[..9]);
    assert_ne!(answers("float-picture")[..9], published[..9]);
    // Block is the Output behind its ReLU; block 1.1 has no jitter to center; antialiasing reaches the shrunk picture alone.
    let relu = |text: &str| text.parse::<f64>().unwrap().max(0.0);
    let aliased = answers("aliased-block");
    assert_eq!(aliased[2].parse::<f64>().unwrap(), relu(&aliased[0]));
    assert_eq!(answers("centered-jitter")[..11], published[..11]);
    assert_eq!(answers("antialias")[..10], published[..10]);
    // The published pictures stay what they are, and those that a variant makes stand beside them.
    let after = pictures(&out);
    assert!(before.iter().all(|(name, picture)| after[name] == *picture));
    let named = |variant: &str| after.keys().filter(|name| name.ends_with(&format!(".{variant}.png"))).count();
    let made = ["post-relu", "float-picture", "no-augmentation", "centered-jitter"].map(named);
    assert_eq!((made, named("antialias"), named("aliased-block")), ([3; 4], 0, 0));
    let said = manifest(&out);
    assert_eq!(said["variants"][0], "no-augmentation");
    assert_eq!(said["variants"].as_array().unwrap().len(), 6);
    let of = |name: &str| said["pictures"][name]["address"].clone();
    assert_ne!(of("features/1.1/block/0.png"), of("features/1.1/block/0.post-relu.png"));
    // It is there to be verified as all else is.
    succeed(&mut program(&["verify", &text(&out), "--all"]));
}

/// Channel 23 of 4.0, whose Input and Block pictures make its Output positive, but not those of Input and Output: for
/// `aliased-block` the first of them is made again.
#[test]
fn a_picture_that_is_made_again_for_a_variant_is_listed_and_verified() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let of = ["--blocks", "4.0", "--channels", "23", "--steps", "8", "--variant", "aliased-block,antialias"];
    succeed(&mut reproduce(&out, &of));
    let retries = |table: &str| -> Vec<String> {
        let rows = fs::read_to_string(out.join("tables").join(table)).unwrap();
        let at = rows.lines().next().unwrap().split(',').position(|column| column == "retries").unwrap();
        rows.lines().skip(1).map(|row| row.split(',').nth(at).unwrap().to_owned()).collect()
    };
    assert_eq!((retries("channels.csv"), retries("variants.csv")), (vec!["0".into()], vec!["1".into(), "0".into()]));
    let own: Vec<String> = pictures(&out).into_keys().filter(|name| name.contains("alias")).collect();
    assert_eq!(own, ["features/4.0/block/23.aliased-block.png", "features/4.0/input/23.aliased-block.png"]);
    assert!(own.iter().all(|name| manifest(&out)["pictures"][name]["seed"] == 1));
    succeed(&mut program(&["verify", &text(&out), "--all"]));
    // Another picture in its place is found.
    fs::copy(out.join("features/4.0/input/23.png"), out.join(&own[1])).unwrap();
    let found = program(&["verify", &text(&out)]).output().unwrap();
    assert!(!found.status.success() && String::from_utf8_lossy(&found.stdout).contains(&own[1]));
}

#[test]
fn every_channel_has_pictures_of_the_whole_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let (out, one) = (folder.path().join("out"), folder.path().join("one"));
    let command = |more: &[&str]| reproduce(&out, &[&["--channels", "0..9"], more].concat());
    let whole = |out: &Path| -> Vec<String> {
        pictures(out).into_keys().filter(|name| name.ends_with(".channel.png")).collect()
    };
    succeed(&mut command(&[]));
    let of_exemplars = whole(&out);
    assert!(manifest(&out)["whole_channels"].is_null() && of_exemplars.len() < 3 * 9);
    succeed(&mut command(&["--whole-channels"]));
    assert_eq!(manifest(&out)["whole_channels"], true);
    let all: Vec<String> = whole(&out);
    let every = (0..9).flat_map(|channel| {
        ["block", "input", "output"].map(|role| format!("features/1.1/{role}/{channel}.channel.png"))
    });
    assert_eq!(all.iter().cloned().collect::<BTreeSet<_>>(), every.collect());
    assert!(of_exemplars.iter().all(|name| all.contains(name)));
    // One of them is the picture that is made of it alone.
    let path = folder.path().join("one.png");
    let mut visualize = program(&["visualize", "--site", "layer1.1.pre", "--channel", "5", "--objective", "channel"]);
    visualize.args(["--steps", "1", "--input-size", "32", "--out"]).arg(&path);
    succeed(&mut visualize);
    assert!(fs::read(&path).unwrap() == fs::read(out.join("features/1.1/output/5.channel.png")).unwrap());
    // They stay where a command does not ask for them, and shards make them.
    succeed(&mut command(&[]));
    assert_eq!(whole(&out), all);
    succeed(&mut program(&["verify", &text(&out), "--all"]));
    for _ in 0..2 {
        succeed(&mut reproduce(&one, &["--channels", "0..9", "--whole-channels", "--shard", "1/1"]));
    }
    let said = succeed(&mut reproduce(&one, &["--channels", "0..9", "--whole-channels"]));
    assert_eq!(whole(&one), all, "{said}");
}

#[test]
fn channels_are_looked_at_after_other_numbers_of_steps() {
    let folder = tempfile::tempdir().unwrap();
    let (out, alone) = (folder.path().join("out"), folder.path().join("alone"));
    let before = pictures(plain());
    succeed(&mut reproduce(&out, &["--convergence", "4,1"]));
    let said = manifest(&out);
    assert_eq!(said["convergence"], json!([1, 4]));
    let after = pictures(&out);
    assert!(before.iter().all(|(name, picture)| after[name] == *picture));
    // Of the run's own number there are pictures already; those of the other are a run's of that many, key and all.
    let made: Vec<&String> = after.keys().filter(|name| name.ends_with(".steps4.png")).collect();
    assert_eq!((made.len(), after.len()), (3, before.len() + 3));
    succeed(&mut reproduce(&alone, &["--steps", "4"]));
    let theirs = manifest(&alone);
    for name in made {
        let own = name.replace(".steps4", "");
        assert_eq!(after[name], fs::read(alone.join(&own)).unwrap(), "{name}");
        assert_eq!(said["pictures"][name]["address"], theirs["pictures"][&own]["address"], "{name}");
        assert_eq!(said["pictures"][name]["steps"], 4);
    }
    let rows = |table: &str| fs::read_to_string(out.join("tables").join(table)).unwrap();
    let of_four: Vec<String> =
        rows("steps.csv").lines().filter(|l| l.starts_with("layer1.1,0,4,")).map(str::to_owned).collect();
    let seeds = fs::read_to_string(alone.join("tables/seeds.csv")).unwrap();
    let cells = |line: &str| -> Vec<String> { line.split(',').skip(3).take(11).map(str::to_owned).collect() };
    assert_eq!(cells(&of_four[0]), cells(seeds.lines().nth(1).unwrap()));
    assert_eq!(rows("convergence.csv").lines().count(), 3);
    assert_eq!(rows("objectives.csv").lines().count(), 1 + 3 * 2);
    // It is kept by a command that does not ask for it, and verified as all else is.
    succeed(&mut reproduce(&out, &[]));
    assert_eq!(manifest(&out)["convergence"], json!([1, 4]));
    succeed(&mut program(&["verify", &text(&out), "--all"]));
}

#[test]
fn pictures_are_made_from_each_of_several_seeds() {
    let folder = tempfile::tempdir().unwrap();
    let (out, at_once, alone) = (folder.path().join("out"), folder.path().join("once"), folder.path().join("alone"));
    succeed(&mut reproduce(&out, &["--seeds", "2"]));
    assert_eq!(manifest(&out)["seeds"], json!([0, 1]));
    // The first seed's are those of a run of it alone, the others' those of theirs.
    succeed(&mut reproduce(&alone, &["--seed", "1"]));
    let (both, first, second) = (pictures(&out), pictures(plain()), pictures(&alone));
    for (name, picture) in &first {
        assert!(both[name] == *picture, "{name}");
    }
    let of_second = |name: &String| second.get(&name.replace(".seed1.png", ".png"));
    let others: Vec<&String> = both.keys().filter(|name| name.ends_with(".seed1.png")).collect();
    assert_eq!(others.len(), 3);
    assert!(others.iter().all(|name| of_second(name) == Some(&both[*name])));
    // More seeds go on with the run, and leave what one command for all of them does.
    let before = fs::read_dir(out.join("store")).unwrap().count();
    let more = reproduce(&out, &["--seeds", "1,3..5"]).output().unwrap();
    let said = String::from_utf8(more.stderr).unwrap();
    assert!(more.status.success() && said.contains("to its seeds 0..2 come 3..5"), "{said}");
    assert!(before > 0 && manifest(&out)["seeds"] == json!([0, 1, 3, 4]));
    succeed(&mut reproduce(&at_once, &["--seeds", "0..2,3..5"]));
    assert_same_results(&out, &at_once);
    // Others, of which it has none, are another run's.
    let refused = reproduce(&out, &["--seeds", "7..9"]).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("seeds 0..2,3..5 there, 7..9 here"), "{said}");
}

#[test]
fn another_run_is_replaced_only_where_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (out, new) = (folder.path().join("out"), folder.path().join("new"));
    succeed(&mut reproduce(&out, &["--channels", "0,1"]));
    let before = results(&out);
    let refused = reproduce(&out, &["--seed", "1"]).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("seed 0 there, 1 here") && said.contains("--replace"), "{said}");
    assert!(results(&out) == before);
    succeed(&mut reproduce(&out, &["--seed", "1", "--replace"]));
    succeed(&mut reproduce(&new, &["--seed", "1"]));
    assert_same_results(&out, &new);
    assert!(!out.join("features/1.1/input/1.png").exists());
    // With it, a command is no more and no less than it says.
    succeed(&mut reproduce(&out, &["--seed", "1", "--channels", "1"]));
    assert_eq!(manifest(&out)["blocks"], json!({"1.1": [0, 1]}));
    succeed(&mut reproduce(&out, &["--seed", "1", "--replace"]));
    assert_same_results(&out, &new);
}

#[test]
fn everything_is_in_the_folder_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("deep/er");
    let printed = reproduce(&out, &[]).output().unwrap();
    let said = String::from_utf8(printed.stderr).unwrap();
    let index = text(&out.join("index.html"));
    assert!(said.lines().last().unwrap().starts_with(&format!("{index} in ")), "{said}");
    assert!(out.join("index.html").exists());
    assert_same_results(&out, plain());
    let there: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(there.len(), 1);
}

#[test]
pub(crate) fn what_is_not_given_is_what_the_help_says() {
    let folder = tempfile::tempdir().unwrap();
    let small = ["--blocks", "1.1", "--channels", "0", "--input-size", "32"];
    let mut bare = program(&[&["reproduce"][..], &small].concat());
    succeed(bare.current_dir(folder.path()));
    let out = folder.path().join("out/resnet18-16/quick-seed0-32px");
    let written = folder.path().join("written");
    let (images, path) = (text(&root().join("fixtures/images")), text(&embedded()));
    let mut full = program(&[&["reproduce"][..], &small].concat());
    full.args(["--preset", "quick", "--steps", "64", "--seed", "0"]);
    full.args(["--images", &images, "--weights", &path]);
    succeed(full.arg("--out").arg(&written));
    assert_same_results(&out, &written);
    let (bare, full) = (manifest(&out), manifest(&written));
    for field in ["network", "images", "recipe", "seed", "preset", "pictures", "blocks", "threads"] {
        assert_eq!(bare[field], full[field], "{field}");
    }
    assert_eq!((&bare["preset"], &bare["seed"]), (&json!("quick"), &json!(0)));
    assert_eq!(bare["recipe"]["steps"], 64);
    assert_eq!(bare["images"]["read"], 200);
}
