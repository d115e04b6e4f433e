//! Every bad input gets one sentence and exit code 2, and leaves nothing behind.

use std::fs;
use std::path::Path;
use streamscope_tests::harness::{root, run};

/// Runs the program, which must refuse with one sentence that contains every word of `names`.
#[track_caller]
fn refuse(arguments: &[&str], names: &[&str]) {
    let output = run(arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?} printed something");
    for word in names {
        assert!(said.contains(word), "{arguments:?}: '{word}' is not in: {said}");
    }
    for word in ["panicked", "RUST_BACKTRACE", "Error {", "stack"] {
        assert!(!said.contains(word), "{arguments:?}: {said}");
    }
    assert_eq!(said.trim_end().lines().count(), 1, "{arguments:?}: {said}");
}

/// Refuses `reproduce` with these weights, and leaves no output folder.
#[track_caller]
fn refuse_weights(weights: &Path, names: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let (weights, out) = (weights.display().to_string(), folder.path().join("out"));
    refuse(&["reproduce", "--weights", &weights, "--preset", "smoke", "--out", &out.display().to_string()], names);
    assert!(!out.exists(), "{weights}: something was left behind");
}

/// An .npy file of float32 zeros, or of `data`.
fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    header.push_str(&" ".repeat((64 - (11 + header.len()) % 64) % 64));
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
    bytes.extend(header.bytes());
    bytes.extend(data);
    bytes
}

/// A folder of the embedded network's tensors, so that single files can be spoiled.
fn unpacked() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = fs::File::open(root().join("fixtures/resnet18-16.npz")).unwrap();
    zip::ZipArchive::new(file).unwrap().extract(folder.path()).unwrap();
    folder
}

/// A tensor, what its file holds instead (nothing: it is missing), and what the sentence must name.
type Spoiled = (&'static str, Option<Vec<u8>>, &'static [&'static str]);

#[test]
fn weights_that_are_wrong_in_one_tensor_name_it() {
    let zeros = |n: usize| vec![0; 4 * n];
    let nan = [f32::NAN.to_le_bytes(), 0_f32.to_le_bytes()].concat();
    let nan: Vec<u8> = nan.iter().copied().cycle().take(64).collect();
    let cases: [Spoiled; 9] = [
        ("conv1.weight", None, &["conv1.weight", "none"]),
        (
            "layer9.0.conv1.weight",
            Some(npy("<f4", "(2,)", &zeros(2))),
            &["layer9.0.conv1.weight", "expected no tensor"],
        ),
        ("layer2.0.bn1.bias", Some(npy("<f4", "(31,)", &zeros(31))), &["layer2.0.bn1.bias", "[32]", "[31]"]),
        ("bn1.bias", Some(npy("<i4", "(16,)", &zeros(16))), &["bn1.bias", "i4"]),
        ("bn1.bias", Some(npy("<f4", "(16,)", &zeros(15))), &["bn1.bias", "60"]),
        ("bn1.bias", Some(b"GIF89a, not NumPy".to_vec()), &["bn1.bias", "NumPy"]),
        ("bn1.bias", Some(npy("<f4", "(16,)", &nan)), &["bn1.bias", "NaN"]),
        ("bn1.bias", Some(npy("<f4", "(16,)", &f32::INFINITY.to_le_bytes().repeat(16))), &["bn1.bias", "inf"]),
        ("layer1.0.conv1.bias", Some(npy("<f4", "(16,)", &zeros(16))), &["layer1.0.conv1.bias", "folded"]),
    ];
    for (name, content, words) in cases {
        let folder = unpacked();
        let file = folder.path().join(format!("{name}.npy"));
        match content {
            Some(bytes) => fs::write(file, bytes).unwrap(),
            None => fs::remove_file(file).unwrap(),
        }
        refuse_weights(folder.path(), words);
    }
}

#[test]
fn weights_that_are_no_weights_name_the_file() {
    let folder = tempfile::tempdir().unwrap();
    refuse_weights(&folder.path().join("nowhere"), &["nowhere", "found nothing"]);
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    refuse_weights(&empty, &["empty", ".npy"]);
    let archive = fs::read(root().join("fixtures/resnet18-16.npz")).unwrap();
    let cut = folder.path().join("cut.npz");
    fs::write(&cut, &archive[..archive.len() / 2]).unwrap();
    refuse_weights(&cut, &["cut.npz", "corrupt"]);
    let spoiled = folder.path().join("spoiled.npz");
    let mut bytes = archive.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    fs::write(&spoiled, bytes).unwrap();
    refuse_weights(&spoiled, &["spoiled.npz", "corrupt"]);
    let text = folder.path().join("readme.txt");
    fs::write(&text, "hello").unwrap();
    refuse_weights(&text, &["readme.txt", ".npz"]);
}

#[test]
fn a_folder_without_a_run_is_named_with_the_way_on_by_every_command_that_reads_one() {
    let folder = tempfile::tempdir().unwrap();
    let [nowhere, empty] = ["nowhere", "empty"].map(|name| folder.path().join(name).display().to_string());
    std::fs::create_dir(&empty).unwrap();
    for (place, found) in [(&nowhere, "no such folder"), (&empty, "none in it")] {
        let commands: [&[&str]; 6] = [
            &["report", place],
            &["figures", place],
            &["verify", place],
            &["explain", "1.1", "3", "--run", place],
            &["audit", "--run", place],
            &["ablate", "--images", ".", "--block", "2.1", "--from", place],
        ];
        for command in commands {
            let expected = format!(
                "error: {place}: expected the folder of a run, with manifest.json, found {found}; `reproduce --out` writes one\n"
            );
            let output = run(command);
            assert_eq!(output.status.code(), Some(2), "{command:?}");
            assert_eq!(String::from_utf8(output.stderr).unwrap(), expected, "{command:?}");
            assert!(output.stdout.is_empty(), "{command:?}");
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is made");
    assert_eq!(std::fs::read_dir(&empty).unwrap().count(), 0, "nothing is written");
}

#[test]
fn flags_that_name_nothing_say_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let path = out.display().to_string();
    let picture = folder.path().join("p.png").display().to_string();
    let cases: [(&[&str], &[&str]); 21] = [
        (&["reproduce", "--images", "nowhere", "--out", &path], &["nowhere"]),
        (&["reproduce", "--blocks", "5.0", "--out", &path], &["5.0", "4.1"]),
        (&["reproduce", "--channels", "x", "--out", &path], &["--channels", "'x'"]),
        (
            &["reproduce", "--blocks", "1.1", "--channels", "16", "--out", &path],
            &["--channels 16", "0 to 15", "block 1.1"],
        ),
        (&["reproduce", "--preset", "fast", "--out", &path], &["fast", "quick"]),
        (&["reproduce", "--steps", "0", "--out", &path], &["--steps"]),
        (&["reproduce", "--threads", "0", "--out", &path], &["--threads"]),
        (&["reproduce", "--input-size", "30", "--out", &path], &["--input-size", "30", "multiple of 4"]),
        (
            &["visualize", "--site", "layer3.1.bn3", "--channel", "0", "--out", &picture],
            &["layer3.1.bn3", "layer3.1.bn2 (block)"],
        ),
        (
            &["visualize", "--site", "layer3.1", "--channel", "64", "--out", &picture],
            &["--channel 64", "0 to 63", "layer3.1"],
        ),
        (
            &["visualize", "--site", "fc", "--channel", "0", "--objective", "both", "--out", &picture],
            &["both", "neuron"],
        ),
        (&["activations", "--images", "nowhere", "--sites", "layer1.1", "--out", &path], &["nowhere"]),
        (
            &["activations", "--images", ".", "--sites", "layer1.1", "--convolutions", "fast", "--out", &path],
            &["--convolutions", "fast", "winograd"],
        ),
        (
            &["activations", "--images", ".", "--sites", "layer1.1,layer2.1,layer1.1", "--out", &path],
            &["--sites layer1.1", "once", "twice"],
        ),
        (&["nonsense"], &["nonsense"]),
        (&["visualize"], &["--site", "--channel", "--out"]),
        (&["reproduce", "--steps", "-1", "--out", &path], &["--steps", "-1", "from 1 to"]),
        (
            &["reproduce", "--steps", "18446744073709551615", "--out", &path],
            &["--steps", "18446744073709551615", "from 1 to"],
        ),
        (&["reproduce", "--threads", "0", "--out", &path], &["--threads", "0", "1 or more"]),
        (&["reproduce", "--stps", "3"], &["--stps", "--steps"]),
        (&["test", "--isa", "sse9"], &["--isa", "sse9", "portable"]),
    ];
    for (arguments, words) in cases {
        refuse(arguments, words);
    }
    assert!(!out.exists(), "something was left behind");
}

#[test]
fn an_instruction_set_that_does_not_exist_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out").display().to_string();
    // So little that a program that took it after all would be done soon.
    let little = ["--preset", "smoke", "--blocks", "1.1", "--channels", "0"];
    let arguments = [&["reproduce", "--out", &out][..], &little].concat();
    let output = streamscope_tests::harness::program(&arguments).env("STREAMSCOPE_ISA", "sse9").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("STREAMSCOPE_ISA") && said.contains("sse9") && said.contains("portable"), "{said}");
}

#[test]
fn a_place_that_cannot_be_written_to_is_refused_before_anything_is_computed() {
    let folder = tempfile::tempdir().unwrap();
    // A file where a folder should be: no permission bits can be relied on, since tests may run as root.
    let taken = folder.path().join("taken");
    fs::write(&taken, "a file").unwrap();
    let below = taken.join("out").display().to_string();
    refuse(&["reproduce", "--out", &below], &["taken", "cannot write"]);
    refuse(&["reproduce", "--out", &taken.display().to_string()], &["taken", "expected a folder", "found a file"]);
    refuse(&["visualize", "--site", "layer1.1.pre", "--channel", "0", "--out", &below], &["taken", "cannot write"]);
    let images = root().join("fixtures/images/rings").display().to_string();
    refuse(&["activations", "--images", &images, "--sites", "layer1.1", "--out", &below], &["taken", "cannot write"]);
    assert_eq!(fs::read(&taken).unwrap(), b"a file");
}

#[test]
fn files_of_somebody_else_with_the_names_of_a_run_are_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().display().to_string();
    for name in ["index.html", "manifest.json", "tables/channels.csv"] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "mine").unwrap();
        refuse(&["reproduce", "--steps", "1", "--out", &out], &[name, "expected the folder of an earlier run"]);
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        fs::remove_file(path).unwrap();
    }
    assert!(!folder.path().join("store").exists());
}

#[cfg(unix)]
#[test]
fn a_device_is_no_place_for_a_picture_and_stays_one() {
    use std::os::unix::fs::FileTypeExt;
    let of = ["--site", "layer1.1.pre", "--channel", "0", "--out"];
    refuse(&[&["visualize"][..], &of, &["/dev/null"]].concat(), &["/dev/null", "expected a regular file"]);
    let there = fs::metadata("/dev/null").unwrap().file_type();
    assert!(there.is_char_device());
}

#[test]
fn images_of_which_none_can_be_read_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.npz");
    let path = out.display().to_string();
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let images = empty.display().to_string();
    refuse(&["activations", "--images", &images, "--sites", "layer1.1", "--out", &path], &["empty", "found none"]);
    fs::write(empty.join("a.png"), "no image").unwrap();
    let output = run(&["activations", "--images", &images, "--sites", "layer1.1", "--out", &path]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.lines().last().unwrap().contains("at least one readable image"), "{said}");
    assert!(!out.exists());
}
