//! A run in parts: whichever way the parts were made, the files are those of a run in one piece.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use streamscope_tests::harness::{Shared, assert_same_results, executable, program, results, root, succeed};

/// A small run of two blocks, with photographs, and steps so few that some pictures are made again.
fn command(out: &Path, more: &[&str]) -> Command {
    let mut command = program(&["reproduce", "--blocks", "1.1,4.1", "--channels", "0..7", "--steps", "2"]);
    command.args(["--input-size", "32"]).arg("--images").arg(root().join("fixtures/images/star"));
    command.args(more).arg("--out").arg(out);
    command
}

/// The run in one piece.
fn whole() -> &'static Path {
    static RUN: Shared = Shared::new();
    RUN.get(|out| {
        succeed(&mut command(out, &[]));
    })
    .path()
}

/// The pictures in a store; one that is being written has no name of an entry yet.
fn entries(out: &Path) -> Vec<PathBuf> {
    let groups = fs::read_dir(out.join("store")).into_iter().flatten().flatten();
    let groups = groups.filter(|group| group.file_name() != "scans");
    let mut all: Vec<PathBuf> =
        groups.flat_map(|g| fs::read_dir(g.path()).unwrap().flatten()).map(|f| f.path()).collect();
    all.retain(|path| !path.file_name().unwrap().to_string_lossy().starts_with('.'));
    all.sort();
    all
}

fn status(out: &Path) -> serde_json::Value {
    serde_json::from_str(&succeed(program(&["status", "--json"]).arg(out))).unwrap()
}

#[test]
fn shards_make_every_picture_once_and_what_follows_the_second_time() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let said: Vec<String> = ["1/3", "2/3", "3/3"].map(|shard| succeed(&mut command(&out, &["--shard", shard]))).into();
    // Nobody knows what failed before the last one is done with its own.
    assert!(said[0].contains("pictures of other shards not there yet"), "{said:?}");
    assert!(!out.join("index.html").exists() && !out.join("tables").exists() && !out.join("manifest.json").exists());
    let first = entries(&out).len();
    let (own, all): (Vec<u64>, u64) = {
        let status = status(&out);
        let shards = status["shards"].as_array().unwrap();
        assert!(shards.iter().all(|shard| shard["state"] == "ended"));
        assert_eq!(shards.iter().map(|shard| shard["images"].as_u64().unwrap()).sum::<u64>(), 10);
        let neurons = status["kinds"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|kind| kind["kind"].as_str().unwrap().ends_with("neuron"));
        (
            shards.iter().map(|shard| shard["pictures"].as_u64().unwrap()).collect(),
            neurons.map(|k| k["all"].as_u64().unwrap()).sum(),
        )
    };
    // Two blocks, three roles, seven channels; nobody has more than one beyond the others, but for what the last one knew.
    assert!(all >= 42, "{all}");
    assert_eq!((own[0], own[1]), (14, 14));
    for shard in ["1/3", "2/3", "3/3"] {
        succeed(&mut command(&out, &["--shard", shard]));
    }
    let second = entries(&out).len();
    assert!(second > first, "{first} {second}");
    // What is left is what failed in a later attempt than the shards could see.
    let told = String::from_utf8(command(&out, &[]).output().unwrap().stderr).unwrap();
    assert!(!told.contains("did not come to its end"), "{told}");
    assert_same_results(whole(), &out);
    assert_eq!(entries(&out).iter().map(|p| p.file_name().unwrap().to_owned()).collect::<Vec<_>>(), {
        entries(whole()).iter().map(|p| p.file_name().unwrap().to_owned()).collect::<Vec<_>>()
    });
    assert!(!out.join("progress").exists());
    let finished = succeed(program(&["status"]).arg(&out));
    assert!(finished.contains("finished"), "{finished}");
    succeed(program(&["verify", "--all"]).arg(&out));
}

/// Pictures of every seed and variant, those made again and those of whole channels, until nobody has any left to make.
#[test]
fn shards_cover_every_seed_and_variant_and_what_is_made_again_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let (one, out) = (folder.path().join("one"), folder.path().join("out"));
    let conditions = ["--seeds", "2", "--variant", "post-relu,aliased-block", "--convergence", "2,7"];
    succeed(&mut command(&one, &conditions));
    let shard = |shard: &str| succeed(command(&out, &conditions).args(["--shard", shard]));
    shard("1/3");
    // Two blocks of seven channels: three roles from two seeds, three behind the ReLU, and three on the way.
    let pictures = |at: usize| status(&out)["shards"][at]["pictures"].as_u64().unwrap();
    assert_eq!(pictures(0), 2 * 7 * (2 * 3 + 3 + 3) / 3);
    shard("2/3");
    assert_eq!(pictures(1), pictures(0));
    shard("3/3");
    let mut left = entries(&out).len();
    loop {
        for part in ["1/3", "2/3", "3/3"] {
            shard(part);
        }
        let now = entries(&out).len();
        if now == left {
            break;
        }
        left = now;
    }
    let counted = |field: &str| {
        let of = |at: usize| status(&out)["shards"][at][field].as_u64().unwrap();
        [0, 1, 2].map(of)
    };
    assert_eq!(counted("done"), counted("pictures"));
    succeed(&mut command(&out, &conditions));
    assert_eq!(entries(&out).len(), left, "pictures that no shard made");
    let names = |out: &Path| entries(out).iter().map(|p| p.file_name().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&out), names(&one));
    assert_same_results(&one, &out);
}

#[test]
fn the_status_of_a_run_in_one_piece_says_how_much_of_each_site_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut child = command(&out, &["--threads", "1"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    while entries(&out).len() < 2 {
        assert!(started.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let there = status(&out);
    let of = |field: &str| {
        let kinds = there["kinds"].as_array().unwrap();
        kinds.iter().map(|kind| kind[field].as_u64().unwrap()).sum::<u64>()
    };
    let made = entries(&out).len() as u64;
    // A picture that was stored and not yet told of.
    assert!(of("all") >= 42 && (of("done") == made || of("done") + 1 == made), "{there}");
    assert_eq!((&there["whole"]["state"], there["shards"].as_array().unwrap().len()), (&"working".into(), 0));
    let printed = succeed(program(&["status"]).arg(&out));
    assert!(printed.contains("layer1.1.bn2 neuron") && printed.contains("\nwhole     at work"), "{printed}");
    succeed(&mut command(&out, &[]));
    assert_same_results(whole(), &out);
    assert!(succeed(program(&["status"]).arg(&out)).contains("finished") && !out.join("progress").exists());
}

#[test]
fn shards_of_other_numbers_twice_and_at_once_leave_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let shards = ["1/2", "2/2", "1/2", "2/3", "3/3"];
    let started = shards
        .map(|shard| command(&out, &["--shard", shard]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
    for child in started {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    succeed(&mut command(&out, &[]));
    assert_same_results(whole(), &out);
}

#[test]
fn a_shard_that_was_killed_or_never_begun_is_named_and_made_good() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut long = command(&out, &["--shard", "2/3"]);
    long.env("STREAMSCOPE_LOG", "/logs/two.log").env("SLURM_JOB_ID", "17").stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = long.spawn().unwrap();
    let started = Instant::now();
    while entries(&out).is_empty() {
        assert!(started.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    succeed(&mut command(&out, &["--shard", "1/3"]));
    let state = |index: usize| status(&out)["shards"][index - 1]["state"].clone();
    assert_eq!((state(1), state(3)), ("ended".into(), "not_begun".into()));
    assert!(state(2) == "working" || state(2) == "ended", "{}", state(2));
    let killed = state(2) == "working";
    let output = command(&out, &[]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("shard 3/3 was not begun"), "{said}");
    assert!(!said.contains("shard 1/3"), "{said}");
    if killed {
        assert!(said.contains("shard 2/3") && said.contains("Slurm 17") && said.contains("/logs/two.log"), "{said}");
    }
    assert_same_results(whole(), &out);
}

#[test]
fn a_shard_that_fails_says_why_to_whoever_finishes() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    // A file where the store wants a folder, for every group of entries.
    fs::create_dir_all(out.join("store")).unwrap();
    for group in 0..256 {
        fs::write(out.join(format!("store/{group:02x}")), "").unwrap();
    }
    let output = command(&out, &["--shard", "1/1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    for group in 0..256 {
        fs::remove_file(out.join(format!("store/{group:02x}"))).unwrap();
    }
    let status = status(&out);
    let failed = status["shards"][0]["state"]["failed"].as_str().unwrap();
    assert!(failed.contains("cannot write to the store"), "{failed}");
    let printed = succeed(program(&["status"]).arg(&out));
    assert!(printed.contains("1/1") && printed.contains(failed), "{printed}");
    let output = command(&out, &[]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains(failed), "{said}");
    assert_same_results(whole(), &out);
}

#[test]
fn stores_of_machines_without_a_shared_folder_are_merged() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    succeed(&mut command(&place("a"), &["--shard", "1/2"]));
    succeed(&mut command(&place("b"), &["--shard", "2/2"]));
    let merge = |more: &[&str]| {
        program(&["merge"])
            .args(more)
            .arg(place("a"))
            .arg(place("b").join("store"))
            .arg("--into")
            .arg(place("c"))
            .output()
            .unwrap()
    };
    let output = merge(&[]);
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    let came = entries(&place("a")).len() + entries(&place("b")).len();
    assert!(
        said.contains(&format!("{came} pictures and what was read of 10 images came in; 0 pictures there before")),
        "{said}"
    );
    let before = entries(&place("c")).len();
    assert_eq!(before, came);
    let printed = succeed(&mut command(&place("c"), &[]));
    assert!(printed.contains("1.1"), "{printed}");
    assert_same_results(whole(), &place("c"));
    // What differs is a failed check; a damaged entry is none, and named.
    let one = &entries(&place("a"))[0];
    let group = one.parent().unwrap().file_name().unwrap();
    let there = place("c").join("store").join(group).join(one.file_name().unwrap());
    let mut bytes = fs::read(one).unwrap();
    let at = bytes.windows(5).position(|w| w == b"seed ").unwrap() + 5;
    bytes[at] = b'7';
    fs::write(&there, &bytes).unwrap();
    let output = merge(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains(&one.display().to_string()));
    fs::write(one, b"damaged").unwrap();
    let output = merge(&[]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.contains("damaged"), "{said}");
    let none = program(&["merge"]).arg(place("nowhere")).arg("--into").arg(place("d")).output().unwrap();
    assert_eq!(none.status.code(), Some(2));
    let said = String::from_utf8(none.stderr).unwrap();
    assert!(said.lines().count() == 1 && said.contains("expected a store") && !place("d").exists(), "{said}");
}

#[test]
fn archives_of_activations_are_the_same_from_shards() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let command = |out: &str, more: &[&str]| {
        let mut command = program(&["activations", "--input-size", "32", "--sites", "layer1.1,layer4.1.bn2"]);
        command.arg("--images").arg(root().join("fixtures/images/rings")).args(more).arg("--out").arg(place(out));
        command
    };
    succeed(&mut command("whole.npz", &[]));
    for shard in ["3/3", "1/3"] {
        let said = succeed(&mut command("parts.npz", &["--shard", shard]));
        assert!(said.contains(&format!("shard {shard} has read")) && !place("parts.npz").exists(), "{said}");
    }
    let parts =
        || fs::read_dir(folder.path()).unwrap().flatten().filter(|f| f.path().extension().unwrap() == "part").count();
    assert_eq!(parts(), 2);
    succeed(&mut command("parts.npz", &[]));
    assert_eq!(parts(), 0);
    assert!(fs::read(place("whole.npz")).unwrap() == fs::read(place("parts.npz")).unwrap());
}

#[cfg(unix)]
#[test]
fn a_task_that_is_asked_to_end_does_so_in_seconds_with_all_finished_pictures_kept() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut child = command(&out, &["--shard", "1/1"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while entries(&out).len() < 2 {
        std::thread::sleep(Duration::from_millis(2));
    }
    let asked = Instant::now();
    assert!(Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap().success());
    child.wait().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(10));
    // Whole, every one of them.
    let merged = folder.path().join("merged");
    let said = succeed(program(&["merge"]).arg(&out).arg("--into").arg(&merged));
    assert!(said.contains(&format!(": {} pictures", entries(&out).len())) && !said.contains("damaged"), "{said}");
}

#[test]
fn scripts_for_slurm_are_written_and_submitted_where_there_is_a_slurm() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap();
    let slurm = |more: &[&str], search: &str| {
        let mut command = Command::new(executable());
        command.args(["slurm", "reproduce", "--blocks", "1.1", "--out", "o"]).args(more);
        command.env("PATH", search).current_dir(&path).output().unwrap()
    };
    let search = std::env::var("PATH").unwrap();
    let output = slurm(&["--tasks", "4", "--cpus-per-task", "2", "--time", "1:00:00", "--partition", "long"], &search);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let script = |name: &str| fs::read_to_string(path.join("o/slurm").join(name)).unwrap();
    for line in ["--array=1-4", "--cpus-per-task=2", "--time=1:00:00", "--partition=long", "--requeue"] {
        assert!(script("shards.sh").contains(&format!("#SBATCH {line}\n")), "{line}");
    }
    assert!(script("shards.sh").contains("reproduce --blocks 1.1 --out o"), "{}", script("shards.sh"));
    // A stand-in for sbatch that says what it was given.
    let bin = path.join("bin");
    fs::create_dir(&bin).unwrap();
    let stand_in = "#!/bin/bash\necho \"$@\" >>\"$(dirname \"$0\")/said\"\nwc -l <\"$(dirname \"$0\")/said\"\n";
    fs::write(bin.join("sbatch"), stand_in).unwrap();
    assert!(Command::new("chmod").arg("+x").arg(bin.join("sbatch")).status().unwrap().success());
    let with = format!("{}:{search}", bin.display());
    let output = slurm(&["--tasks", "2", "--submit"], &with);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said, "shards: job 1\nshards, of what follows from these: job 2\nfinish: job 3\n");
    let given = fs::read_to_string(bin.join("said")).unwrap();
    let expected = "--parsable shards.sh\n--parsable --dependency=afterany:1 shards.sh\n--parsable --dependency=afterany:2 finish.sh\n";
    assert_eq!(given, expected);
    // What follows from all that was done before is asked for again: four times where channels are ablated.
    fs::remove_file(bin.join("said")).unwrap();
    let mut ablate = Command::new(executable());
    ablate.args(["slurm", "ablate", "--block", "1.1", "--channels", "2", "--out", "b", "--tasks", "3", "--submit"]);
    let output = ablate.env("PATH", &with).current_dir(&path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let shards = fs::read_to_string(path.join("b/slurm/shards.sh")).unwrap();
    assert!(shards.contains("ablate --block 1.1 --channels 2 --out b") && shards.contains("--array=1-3"), "{shards}");
    let given = fs::read_to_string(bin.join("said")).unwrap();
    let [first, again @ .., last] = &given.lines().collect::<Vec<_>>()[..] else { panic!("{given}") };
    assert_eq!((*first, *last), ("--parsable shards.sh", "--parsable --dependency=afterany:4 finish.sh"));
    let again_expected = [1, 2, 3].map(|job| format!("--parsable --dependency=afterany:{job} shards.sh"));
    assert_eq!(again, again_expected);
    // Wrong usage, and no Slurm.
    for (more, search, sentence) in [
        (&["--submit"][..], &with, "--tasks: expected how many tasks"),
        (&["--tasks", "2", "--shard", "1/2"], &with, "--shard: expected none"),
        (&["--tasks", "2", "--time", "a\nb"], &with, "expected letters, digits"),
        (&["--tasks", "2", "--submit"], &"/usr/bin:/bin".to_owned(), "expected a machine that submits to Slurm"),
    ] {
        let output = slurm(more, search);
        let said = String::from_utf8(output.stderr).unwrap();
        if search == "/usr/bin:/bin" && Path::new("/usr/bin/sbatch").exists() {
            continue;
        }
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.lines().count() == 1 && said.contains(sentence), "{said}");
    }
}

#[test]
fn the_rest_of_a_folder_is_nothing_to_a_shard() {
    // The shared run is left as it was by whoever reads it.
    assert!(results(whole()).contains_key("tables/blocks.csv"));
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut other = command(&out, &[]);
    succeed(&mut other);
    let before = results(&out);
    let output = command(&out, &["--seed", "1", "--shard", "1/2"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("it holds the run of another command"));
    assert_eq!(results(&out), before);
}
