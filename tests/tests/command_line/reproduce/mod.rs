//! `reproduce`: the same bytes however it is run, interrupted or repeated.

mod grids;
mod photographs;
mod tables;

use photographs::columns;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use streamscope_tests::harness::{assert_same_results, interrupt, program, results, root, run, succeed};

/// Two blocks of the embedded network, a few channels and steps, at half the size that it is made for.
fn small(out: &Path) -> Vec<String> {
    let fixed = [
        "reproduce",
        "--blocks",
        "1.1,2.0",
        "--channels",
        "0..2,5",
        "--steps",
        "3",
        "--seed",
        "7",
        "--input-size",
        "64",
        "--out",
    ];
    fixed.iter().map(|s| (*s).to_owned()).chain([out.display().to_string()]).collect()
}

fn command(out: &Path, more: &[&str]) -> std::process::Command {
    let arguments = small(out);
    let mut command = program(&arguments.iter().map(String::as_str).chain(more.iter().copied()).collect::<Vec<_>>());
    command.stderr(Stdio::piped());
    command
}

/// The entries of a store.
fn entries(out: &Path) -> Vec<PathBuf> {
    let Ok(folders) = fs::read_dir(out.join("store")) else {
        return Vec::new();
    };
    let files = folders
        .map(|f| f.unwrap().path())
        .filter(|f| !f.ends_with("scans"))
        .flat_map(|f| fs::read_dir(f).unwrap())
        .map(|f| f.unwrap().path());
    files.filter(|f| !f.file_name().unwrap().to_string_lossy().starts_with('.')).collect()
}

#[test]
fn any_number_of_threads_and_any_instruction_set_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let one = folder.path().join("one");
    succeed(&mut command(&one, &["--threads", "1"]));
    let two = folder.path().join("two");
    succeed(&mut command(&two, &["--threads", "2"]));
    assert_same_results(&one, &two);
    for isa in kernels::Isa::supported() {
        let out = folder.path().join(isa.name());
        succeed(command(&out, &["--threads", "2"]).env("STREAMSCOPE_ISA", isa.name()));
        assert_same_results(&one, &out);
        let manifest = fs::read_to_string(out.join("manifest.json")).unwrap();
        assert!(manifest.contains(&format!("\"instruction_set\": \"{}\"", isa.name())), "{manifest}");
    }
}

#[test]
fn a_killed_or_interrupted_run_goes_on_where_it_stopped_and_ends_with_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    succeed(&mut command(&whole, &[]));
    let all = entries(&whole).len();
    for stop_at in [0, all / 3, 2 * all / 3] {
        let mut begun = command(&killed, &["--threads", "1"]);
        let mut child = begun.stderr(Stdio::piped()).spawn().unwrap();
        let started = Instant::now();
        while entries(&killed).len() <= stop_at && child.try_wait().unwrap().is_none() {
            assert!(started.elapsed() < Duration::from_secs(120), "no progress");
            std::thread::sleep(Duration::from_millis(2));
        }
        if stop_at == 0 {
            let said = interrupt(child);
            assert!(said.contains("interrupted: finished pictures and images are kept in"), "{said}");
        } else {
            // SIGKILL on Unix: the program has no say in it.
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
    let kept = entries(&killed).len();
    assert!(kept > 0);
    let output = command(&killed, &[]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("already done"), "{said}");
    assert_same_results(&whole, &killed);
}

#[test]
fn a_second_run_makes_nothing_anew_and_a_damaged_entry_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    succeed(&mut command(&out, &[]));
    let first = results(&out);
    let before: Vec<_> = entries(&out).iter().map(|f| fs::metadata(f).unwrap().modified().unwrap()).collect();
    succeed(&mut command(&out, &[]));
    let after: Vec<_> = entries(&out).iter().map(|f| fs::metadata(f).unwrap().modified().unwrap()).collect();
    assert_eq!(before, after);

    let damaged = entries(&out)[1].clone();
    let mut bytes = fs::read(&damaged).unwrap();
    let good = bytes.clone();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&damaged, &bytes).unwrap();
    succeed(&mut command(&out, &[]));
    assert!(fs::read(&damaged).unwrap() == good, "the damaged entry was not made again");
    assert_eq!(first, results(&out));
}

#[test]
fn another_seed_makes_other_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    let seeded = |out: &Path, seed| {
        let out = out.display().to_string();
        succeed(&mut program(&[
            "reproduce",
            "--blocks",
            "1.1",
            "--channels",
            "3",
            "--steps",
            "2",
            "--seed",
            seed,
            "--out",
            &out,
        ]));
    };
    seeded(&a, "1");
    seeded(&b, "2");
    let picture = "features/1.1/output/3.png";
    assert!(fs::read(a.join(picture)).unwrap() != fs::read(b.join(picture)).unwrap());
}

#[test]
fn the_summary_table_and_the_files_of_the_manifest_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let printed = succeed(&mut command(&out, &[]));
    let lines: Vec<&str> = printed.lines().collect();
    assert!(lines[0].starts_with("block") && lines[1].starts_with("1.1") && lines[2].starts_with("2.0"), "{printed}");
    assert!(lines[1].contains("3/16"), "{printed}");
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    let files = manifest["files"].as_object().unwrap();
    for name in results(&out).keys() {
        assert!(files.contains_key(name), "{name} is not in the manifest");
    }
    for expected in
        ["index.html", "figures/fig2_mix_ratios.svg", "figures/fig5_scale_invariance.svg", "tables/blocks.csv"]
    {
        assert!(files.contains_key(expected), "{expected} is missing");
    }
    assert_eq!(manifest["recipe"]["steps"], 3);
    assert_eq!(manifest["blocks"]["2.0"], serde_json::json!([0, 1, 5]));
    assert_eq!(manifest["images"]["read"], 200);
    let header = fs::read_to_string(out.join("tables/channels.csv")).unwrap();
    assert!(header.starts_with(
        "block,channel,o_o,i_o,b_o,o_i,i_i,b_i,o_b,i_b,b_b,mix_ratio,category,block_delta,input_delta,scale_metric,\
         scale_invariant,scale_invariant_no_mix,"
    ));
}

#[test]
fn blocks_without_tensors_are_named_and_the_others_computed() {
    let folder = tempfile::tempdir().unwrap();
    let weights = folder.path().join("partial.npz");
    without(&root().join("fixtures/resnet18-16.npz"), &weights, |name| {
        name == "layer3.1.conv2.weight" || name == "layer4.0.bn1.bias"
    });
    let weights = weights.display().to_string();
    let out = folder.path().join("out").display().to_string();
    let base =
        ["reproduce", "--weights", &weights, "--input-size", "128", "--channels", "0", "--steps", "1", "--out", &out];
    let output = run(&base);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let sentence = "3.1, 4.0, 4.1 and fc cannot be computed: missing layer3.1.conv2.weight, layer4.0.bn1.bias";
    assert!(said.lines().any(|l| l == sentence), "{said}");
    let blocks = fs::read_to_string(folder.path().join("out/tables/blocks.csv")).unwrap();
    let names: Vec<&str> = blocks.lines().skip(1).map(|l| l.split(',').next().unwrap()).collect();
    assert_eq!(names, ["layer1.1", "layer2.0", "layer2.1", "layer3.0"]);

    let asked: Vec<&str> = base.iter().copied().chain(["--blocks", "3.1"]).collect();
    let output = run(&asked);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains(sentence));
}

#[test]
fn weights_without_a_block_to_study_are_refused_and_audited_as_far_as_they_go() {
    let folder = tempfile::tempdir().unwrap();
    let weights = folder.path().join("partial.npz");
    without(&root().join("fixtures/resnet18-16.npz"), &weights, |name| name == "layer1.1.conv2.weight");
    let weights = weights.display().to_string();
    let of = ["--weights", &weights, "--input-size", "64", "--out"];
    let (out, audited) = (folder.path().join("out"), folder.path().join("audit"));
    let mut command = program(&[&["reproduce"][..], &of].concat());
    command.arg(&out).arg("--images");
    let output = command.arg(root().join("fixtures/images")).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    let expected = "expected weights of at least one block from 1.1 on: 1.1, 2.0, 2.1, 3.0, 3.1, 4.0, 4.1 and fc cannot be computed";
    assert!(said.contains(expected), "{said}");
    assert!(!out.exists());
    let mut command = program(&[&["audit"][..], &of].concat());
    let output = command.arg(&audited).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("the weights allow none"), "{said}");
}

/// Copies an archive without some of its tensors.
fn without(from: &Path, to: &Path, left_out: impl Fn(&str) -> bool) {
    let mut archive = zip::ZipArchive::new(fs::File::open(from).unwrap()).unwrap();
    let mut copy = zip::ZipWriter::new(fs::File::create(to).unwrap());
    let mut kept = 0;
    for at in 0..archive.len() {
        let member = archive.by_index_raw(at).unwrap();
        let name = member.name().unwrap().trim_end_matches(".npy").to_owned();
        if !left_out(&name) {
            copy.raw_copy_file(member).unwrap();
            kept += 1;
        }
    }
    copy.finish().unwrap();
    assert!(kept > 0 && kept < archive.len());
}
