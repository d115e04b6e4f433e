//! `audit`: what it says of a run, and that it does not pass over what is wrong.

use std::fs;
use std::path::Path;
use streamscope_tests::harness::{program, root, run, small_run, succeed};

fn audit(run_folder: &Path, out: &Path) -> std::process::Output {
    let (run_folder, out) = (run_folder.display().to_string(), out.display().to_string());
    run(&["audit", "--run", &run_folder, "--out", &out])
}

#[test]
fn everything_passes_until_a_mix_ratio_of_the_table_is_not_that_of_its_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let (made, out) = (folder.path().join("run"), folder.path().join("audit"));
    small_run(&made);
    let first = audit(&made, &out);
    let printed = String::from_utf8(first.stdout).unwrap();
    assert!(first.status.success(), "{printed}");
    assert!(printed.contains(" 0 beyond their bound; digest "), "{printed}");
    assert!(printed.contains(" laws of the kernels on ") && printed.contains(" cases, 0 broken\n"), "{printed}");
    let json: serde_json::Value = serde_json::from_slice(&fs::read(out.join("audit.json")).unwrap()).unwrap();
    let lines = json["lines"].as_array().unwrap();
    for step in [
        "decode",
        "resize 8-bit",
        "normalise",
        "layer",
        "DFT",
        "colors",
        "sigmoid",
        "spectrum",
        "resize",
        "rotate",
        "reflect-pad",
        "jitter",
        "crop",
        "adjoints",
        "differences",
        "Adam",
        "mix ratio",
        "scale measures",
        "statistics",
        "center activations",
        "center gradients",
        "same bits",
        "second opinion",
        "error budget",
    ] {
        let of_step: Vec<_> = lines.iter().filter(|l| l["step"] == step).collect();
        assert!(!of_step.is_empty(), "no line about {step}");
        assert!(of_step.iter().all(|l| {
            let held = l["passed"] == true || l["kind"] == "information";
            held && l["values"].as_u64() > Some(0)
        }));
    }
    // The run's page says what was found, and the run is still what its manifest says.
    let left: serde_json::Value = serde_json::from_slice(&fs::read(made.join("audit.json")).unwrap()).unwrap();
    let checked = lines.iter().filter(|l| l["kind"] == "checked").count();
    assert_eq!((&left["comparisons"], &left["beyond"]), (&checked.into(), &0.into()));
    assert_eq!((&left["laws"], &left["broken"]), (&json["laws"].as_array().unwrap().len().into(), &0.into()));
    for field in ["weights_digest", "numerics_version", "program"] {
        assert_eq!(left[field], json["provenance"][field], "{field}");
    }
    assert_eq!(left["digest"], json["digest"]);
    let page = fs::read_to_string(made.join("page/data/audit.js")).unwrap();
    assert!(page.contains("\"of_this\":true") && page.contains(&format!("\"comparisons\":{checked},")), "{page}");
    let verified = run(&["verify", &made.display().to_string(), "--sample", "0"]);
    let said = String::from_utf8([verified.stdout, verified.stderr].concat()).unwrap();
    assert!(verified.status.success() && !said.contains("audit"), "{said}");

    for name in ["page/data/audit.js", "audit.json"] {
        let good = fs::read_to_string(made.join(name)).unwrap();
        let beyond = if name == "audit.json" { "\"beyond\": 0" } else { "\"beyond\":0" };
        assert!(good.contains(beyond), "{good}");
        fs::write(made.join(name), good.replace(beyond, &beyond.replace('0', "1"))).unwrap();
        let verified = run(&["verify", &made.display().to_string(), "--digests-only"]);
        let said = String::from_utf8([verified.stdout, verified.stderr].concat()).unwrap();
        assert_eq!(verified.status.code(), Some(1), "{said}");
        assert!(said.contains("page/data/audit.js: it is not what audit.json gives"), "{said}");
        fs::write(made.join(name), good).unwrap();
    }

    // Forward and backward of each of the twenty convolutions of the network.
    let layers = lines.iter().filter(|l| l["step"] == "layer");
    let convolutions = layers.filter(|l| l["what"].as_str().unwrap().contains(", batch norm, "));
    assert_eq!(convolutions.count(), 2 * 20);
    assert_eq!(json["budgets"].as_array().unwrap().len(), 4);
    assert!(fs::read_to_string(out.join("audit.html")).unwrap().contains("pass"));

    // The second opinion is held to its bound layer by layer, and the whole pass only shown.
    let second = |kind| {
        let lines = lines.iter().filter(|l| l["step"] == "second opinion");
        lines.filter(|l| l["kind"] == kind).count()
    };
    assert_eq!((second("checked"), second("information")), (20, 1));
    assert!(!printed.contains('\u{2026}'), "words are cut off");
    is_signed(&out);

    // A mix ratio of the same category that is not that of the pictures, and a category that is not.
    let table = made.join("tables/channels.csv");
    let kept = fs::read_to_string(&table).unwrap();
    let mut lines: Vec<String> = kept.lines().map(str::to_owned).collect();
    let column = lines[0].split(',').position(|c| c == "mix_ratio").unwrap();
    let found: f64 = lines[1].split(',').nth(column).unwrap().parse().unwrap();
    let (near, far) = match found {
        m if m <= 1.0 / 1.5 => (m * 0.5, 4.0),
        m if m < 1.5 => (if m < 1.0 { m * 1.05 } else { m * 0.95 }, 0.1),
        m => (m * 1.5, 0.1),
    };
    let digest = "tables/channels.csv has the digest";
    for (other, what) in [
        (near, vec![digest, "O(I), O(B) and mix ratio"]),
        (far, vec![digest, "O(I), O(B) and mix ratio", "categories that rounding changed"]),
    ] {
        let mut cells: Vec<String> = lines[1].split(',').map(str::to_owned).collect();
        cells[column] = other.to_string();
        lines[1] = cells.join(",");
        fs::write(&table, lines.join("\n") + "\n").unwrap();
        let output = audit(&made, &out);
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{printed}");
        let failed: Vec<&str> = printed.lines().filter(|l| l.ends_with("FAIL")).collect();
        let page = fs::read_to_string(made.join("page/data/audit.js")).unwrap();
        assert!(page.contains(&format!("\"beyond\":{},", failed.len())), "{page}");
        assert_eq!(failed.len(), what.len(), "{failed:?}");
        for (line, what) in failed.iter().zip(what) {
            assert!(line.starts_with("error budget") && line.contains(what), "{line}");
        }
    }
}

/// The digest in `audit.json` is that of the file without it, and everything that made it is named.
fn is_signed(out: &Path) {
    let text = fs::read_to_string(out.join("audit.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let signature = json["signature"].as_str().unwrap();
    let bare = text.replace(signature, "");
    assert_eq!(blake3::hash(bare.as_bytes()).to_hex().to_string(), signature);
    let of = &json["provenance"];
    for field in ["weights_digest", "image_digest", "images_digest", "run_digest"] {
        assert_eq!(of[field].as_str().unwrap().len(), 64, "{field}");
    }
    let build = &of["build"];
    assert_eq!(build["source_digest"].as_str().unwrap().len(), 64);
    assert!(build["compiler"].as_str().unwrap().starts_with("rustc "));
    assert!(!build["cpu_features"].as_array().unwrap().is_empty());
    let page = fs::read_to_string(out.join("audit.html")).unwrap();
    assert!(page.contains(signature) && page.contains(build["source_digest"].as_str().unwrap()));
}

/// The lines of a step in `audit.json`.
fn of_step(out: &Path, step: &str) -> Vec<serde_json::Value> {
    let json: serde_json::Value = serde_json::from_slice(&fs::read(out.join("audit.json")).unwrap()).unwrap();
    let lines = json["lines"].as_array().unwrap().clone();
    lines.into_iter().filter(|l| l["step"] == step).collect()
}

#[test]
fn images_and_weights_of_ones_own_leave_no_check_out_in_silence() {
    let folder = tempfile::tempdir().unwrap();
    let (made, out) = (folder.path().join("run"), folder.path().join("audit"));
    small_run(&made);
    let images = folder.path().join("images");
    fs::create_dir_all(images.join("mine")).unwrap();
    let star = root().join("fixtures/images/star/star_01.jpg");
    fs::copy(star, images.join("mine/one.jpg")).unwrap();
    let (images, run_folder, out_folder) =
        (images.display().to_string(), made.display().to_string(), out.display().to_string());
    let flags = ["--run", &run_folder, "--out", &out_folder, "--channels", "1"];
    // The reference values keep their own images.
    let mine = ["audit", "--images", &images];
    succeed(&mut program(&[&mine[..], &flags[..]].concat()));
    assert_eq!(of_step(&out, "decode")[0]["values"], 6 * 128 * 128 * 3);
    assert!(!of_step(&out, "center gradients").is_empty());
    let json: serde_json::Value = serde_json::from_slice(&fs::read(out.join("audit.json")).unwrap()).unwrap();
    let walked = json["provenance"]["image"].as_str().unwrap();
    assert!(walked.ends_with("one.jpg"), "{walked}");

    // The same network, but nobody knows: what depends on no weights is still compared, and the rest said to be
    // skipped.
    let weights = folder.path().join("mine.npz");
    fs::copy(root().join("fixtures/resnet18-16.npz"), &weights).unwrap();
    let weights = weights.display().to_string();
    let mine = ["audit", "--weights", &weights, "--input-size", "128"];
    let printed = succeed(&mut program(&[&mine[..], &flags[..]].concat()));
    assert_eq!(of_step(&out, "decode")[0]["passed"], true);
    assert!(of_step(&out, "spectrum").iter().any(|l| l["witness"] == "py-torch"));
    assert!(of_step(&out, "center gradients").is_empty());
    let skipped = of_step(&out, "network");
    assert_eq!((skipped.len(), &skipped[0]["kind"], &skipped[0]["passed"]), (1, &"skipped".into(), &false.into()));
    assert!(printed.contains("no reference values"), "{printed}");
    assert!(printed.contains(" 0 beyond their bound, 1 skipped; digest "), "{printed}");

    // What was skipped excuses nothing that failed.
    let table = made.join("tables/channels.csv");
    fs::write(&table, fs::read_to_string(&table).unwrap() + "\n").unwrap();
    let output = run(&[&mine[..], &flags[..]].concat());
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(printed.contains(" 1 beyond their bound, 1 skipped; digest "), "{printed}");
}

#[test]
fn no_channels_at_all_is_refused() {
    let output = run(&["audit", "--channels", "0"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("--channels") && said.contains("1 or more"), "{said}");
}

#[test]
fn a_run_that_is_not_there_is_refused_before_anything_is_printed() {
    let output = run(&["audit", "--run", "nowhere"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("error: nowhere: expected the folder of a run"), "{said}");
}

#[test]
fn a_run_that_was_tampered_with_is_refused_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let (made, out) = (folder.path().join("run"), folder.path().join("audit"));
    small_run(&made);
    let path = made.display().to_string();
    let picture = made.join("features/3.1/input/1.png");
    let (kept, table) = (fs::read(&picture).unwrap(), made.join("tables/channels.csv"));
    let refused = |what: &str, words: [&str; 3]| {
        for output in [audit(&made, &out), run(&["explain", "3.1", "1", "--run", &path])] {
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{what}: {said}");
            assert_eq!(said.trim_end().lines().count(), 1, "{what}: {said}");
            assert!(words.iter().all(|w| said.contains(w)), "{what}: {said}");
            // Nothing was computed before.
            assert!(output.stdout.is_empty(), "{what}");
        }
        assert!(!out.exists(), "{what}");
    };
    image::RgbImage::new(50, 40).save(&picture).unwrap();
    refused("a picture of another size", ["input/1.png", "128x128", "50x40"]);
    fs::remove_file(&picture).unwrap();
    refused("a missing picture", ["input/1.png", "cannot read", ""]);
    fs::write(&picture, kept).unwrap();
    let rows = fs::read_to_string(&table).unwrap();
    fs::write(&table, rows.replace("\nlayer3.1,0,", "\nlayer3.1,9999,")).unwrap();
    let unknown = "channel 9999 of block 3.1";
    refused("a channel nobody has", ["channels.csv", unknown, "expected"]);
}

/// Reference values from outside for the embedded network: the embedded ones under the names that are looked for.
fn outside(folder: &Path) {
    let copied = |from: &Path, to: &Path| {
        fs::create_dir_all(to).unwrap();
        for file in fs::read_dir(from).unwrap().map(Result::unwrap) {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    };
    copied(&root().join("fixtures/golden"), &folder.join("golden"));
    copied(&root().join("fixtures/images/star"), &folder.join("data/images/star"));
    fs::copy(root().join("fixtures/resnet18-16.npz"), folder.join("data/backbone")).unwrap();
}

#[test]
fn damaged_reference_values_are_refused_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let (made, out, data) = (folder.path().join("run"), folder.path().join("audit"), folder.path().join("outside"));
    small_run(&made);
    outside(&data);
    let weights = data.join("data/backbone").display().to_string();
    let (run_folder, out_folder) = (made.display().to_string(), out.display().to_string());
    let flags = ["--weights", &weights, "--input-size", "128", "--run", &run_folder, "--out", &out_folder];
    let arguments = [&["audit"], &flags[..]].concat();
    type Damage = fn(&mut Vec<u8>);
    let cut: Damage = |bytes| bytes.truncate(bytes.len() / 2);
    let changed: Damage = |bytes| bytes[1000] ^= 1;
    let empty: Damage = Vec::clear;
    // Another archive of reference values, whole, under this name.
    let other: Damage = |bytes| *bytes = fs::read(root().join("fixtures/golden/center_activations.npz")).unwrap();
    let cases = [
        ("pixels.npz", cut, ""),
        ("pixels.npz", changed, "array '"),
        ("pixels.npz", other, "array '"),
        ("center_activations.npz", empty, ""),
        ("center_activations.npz", changed, "array '"),
        ("full_tensors_first_image.npz", other, "array 'input'"),
        ("featviz_steps.npz", cut, ""),
        ("site_stats.json", cut, "expected the names of images, found none"),
    ];
    for (name, damage, words) in cases {
        let file = data.join("golden").join(name);
        let kept = fs::read(&file).unwrap();
        let mut bytes = kept.clone();
        damage(&mut bytes);
        fs::write(&file, bytes).unwrap();
        let output = program(&arguments).env("STREAMSCOPE_DATA", &data).output().unwrap();
        fs::write(&file, kept).unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}: {said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{name}: {said}");
        assert!(said.contains(name) && said.contains(words), "{name}: {said}");
        assert!(output.stdout.is_empty() && !out.join("audit.json").exists(), "{name}");
    }
}
