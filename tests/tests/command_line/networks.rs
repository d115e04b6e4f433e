//! Networks of every family from files as people have them, and what is said of those that cannot be studied.

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use streamscope_tests::harness::{program, run, succeed};

/// Tensors in a folder of `.npy` files: the values are what a sine of their place makes of them, variances above a half.
fn write(folder: &Path, tensors: &[(String, Vec<usize>)]) {
    fs::create_dir_all(folder).unwrap();
    for (name, shape) in tensors {
        let sizes: String = shape.iter().map(|size| format!("{size}, ")).collect();
        let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({sizes}), }}\n");
        let length = u16::try_from(header.len()).unwrap().to_le_bytes();
        let mut bytes = [b"\x93NUMPY\x01\0", &length[..], header.as_bytes()].concat();
        for i in 0..shape.iter().product::<usize>() {
            let place = u16::try_from(i * 37 % 6007 + name.len() * 11).unwrap();
            let value = f32::from(place).sin();
            let value = if name.ends_with("running_var") { 0.5 + value.abs() } else { value };
            bytes.extend(value.to_le_bytes());
        }
        fs::write(folder.join(format!("{name}.npy")), bytes).unwrap();
    }
}

/// A convolution without a bias and its batch norm.
fn layer(all: &mut Vec<(String, Vec<usize>)>, [convolution, norm]: [&str; 2], shape: [usize; 4]) {
    all.push((format!("{convolution}.weight"), shape.to_vec()));
    for part in ["weight", "bias", "running_mean", "running_var"] {
        all.push((format!("{norm}.{part}"), vec![shape[0]]));
    }
}

/// A network for CIFAR of three stages of two blocks: 4, 8 and 16 channels, shortcuts without tensors.
fn cifar() -> Vec<(String, Vec<usize>)> {
    let mut all = Vec::new();
    layer(&mut all, ["conv1", "bn1"], [4, 3, 3, 3]);
    let mut enters = 4;
    for (stage, width) in [4, 8, 16].into_iter().enumerate() {
        for block in 0..2 {
            let name = |part: &str| format!("layer{}.{block}.{part}", stage + 1);
            layer(&mut all, [&name("conv1"), &name("bn1")], [width, enters, 3, 3]);
            layer(&mut all, [&name("conv2"), &name("bn2")], [width, width, 3, 3]);
            enters = width;
        }
    }
    all.push(("linear.weight".into(), vec![10, 16]));
    all.push(("linear.bias".into(), vec![10]));
    all
}

/// A network of bottlenecks: two blocks in the first stage and one in the second.
fn bottlenecks() -> Vec<(String, Vec<usize>)> {
    let mut all = Vec::new();
    layer(&mut all, ["conv1", "bn1"], [4, 3, 7, 7]);
    let mut enters = 4;
    for (module, inner, width) in [("layer1.0", 2, 8), ("layer1.1", 2, 8), ("layer2.0", 4, 16)] {
        let name = |part: &str| format!("{module}.{part}");
        layer(&mut all, [&name("conv1"), &name("bn1")], [inner, enters, 1, 1]);
        layer(&mut all, [&name("conv2"), &name("bn2")], [inner, inner, 3, 3]);
        layer(&mut all, [&name("conv3"), &name("bn3")], [width, inner, 1, 1]);
        if enters != width {
            layer(&mut all, [&name("downsample.0"), &name("downsample.1")], [width, enters, 1, 1]);
        }
        enters = width;
    }
    all
}

fn inspected(path: &Path) -> Value {
    serde_json::from_str(&succeed(&mut program(&["inspect", &path.display().to_string(), "--json"]))).unwrap()
}

#[test]
fn a_run_of_a_network_of_another_family_is_whole_and_verified_and_audited() {
    for (tensors, name, blocks, images) in [
        (cifar(), "resnet14", &["1.1", "2.0", "2.1", "3.0", "3.1"][..], (32, 32)),
        (bottlenecks(), "resnet11", &["1.1", "2.0"][..], (224, 256)),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (weights, out) = (folder.path().join("weights"), folder.path().join("out"));
        write(&weights, &tensors);
        let found = inspected(&weights);
        assert_eq!(found["network"]["architecture"], name);
        let of = &found["network"]["preprocessing"];
        assert_eq!((&of["input_size"], &of["resize"]), (&json!(images.0), &json!(images.1)));
        let [weights, out] = [&weights, &out].map(|path| path.display().to_string());
        let of = ["--input-size", "32", "--steps", "1", "--images", "fixtures/images/star"];
        let printed = succeed(
            program(&[&["reproduce", "--weights", &weights, "--out", &out][..], &of].concat())
                .current_dir(streamscope_tests::harness::root()),
        );
        let rows: Vec<&str> = printed.lines().skip(1).map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(rows[..blocks.len()], *blocks, "{printed}");
        let manifest: Value =
            serde_json::from_slice(&fs::read(Path::new(&out).join("manifest.json")).unwrap()).unwrap();
        assert_eq!(manifest["network"]["architecture"], name);
        let verified =
            succeed(program(&["verify", &out, "--sample", "2"]).current_dir(streamscope_tests::harness::root()));
        assert!(verified.contains("tables and figures"), "{verified}");
        let audit = folder.path().join("audit").display().to_string();
        let audit = ["audit", "--weights", &weights, "--run", &out, "--channels", "1", "--out", &audit];
        let mut audit = program(&[&audit[..], &["--input-size", "32", "--images", "fixtures/images/star"]].concat());
        audit.env("STREAMSCOPE_DATA", "nowhere").current_dir(streamscope_tests::harness::root());
        let printed = succeed(&mut audit);
        assert!(printed.contains("comparisons"), "{printed}");
        let explain = ["explain", blocks[0], "0", "--run", &out, "--weights", &weights];
        succeed(program(&explain).current_dir(streamscope_tests::harness::root()));
    }
}

#[test]
fn channels_to_which_a_shortcut_hands_zeros_are_not_studied_and_counted_apart() {
    let folder = tempfile::tempdir().unwrap();
    let (weights, out) = (folder.path().join("weights"), folder.path().join("out"));
    write(&weights, &cifar());
    let [weights, out] = [&weights, &out].map(|path| path.display().to_string());
    let of = |more: &[&str]| {
        let arguments = ["reproduce", "--weights", &weights, "--out", &out, "--blocks", "2.0", "--steps", "1"];
        run(&[&arguments[..], more].concat())
    };
    let none = of(&["--channels", "0..2,7"]);
    let said = String::from_utf8(none.stderr).unwrap();
    assert_eq!(none.status.code(), Some(2), "{said}");
    assert!(
        said.contains("--channels: none of these can be studied; block 2.0: 4 of 8 channels (0..2, 6..8)"),
        "{said}"
    );
    let some = of(&["--channels", "0..4"]);
    let said = String::from_utf8(some.stderr).unwrap();
    assert!(some.status.success(), "{said}");
    let sentence =
        "block 2.0: 4 of 8 channels (0..2, 6..8) have no Input, as the shortcut hands them zeros: they are not studied";
    assert!(said.contains(sentence), "{said}");
    let manifest: Value = serde_json::from_slice(&fs::read(Path::new(&out).join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["blocks"], json!({ "2.0": [2, 3] }));
    let printed = String::from_utf8(some.stdout).unwrap();
    assert!(printed.lines().nth(1).unwrap().starts_with("2.0         2/4 "), "{printed}");
}

#[test]
fn how_images_are_read_is_taken_from_a_configuration_beside_the_weights() {
    let folder = tempfile::tempdir().unwrap();
    let weights = folder.path().join("weights");
    write(&weights, &bottlenecks());
    let config =
        json!({ "size": { "shortest_edge": 96 }, "crop_pct": 0.75, "image_mean": [0.5, 0.25, 0.125], "resample": 3 });
    fs::write(weights.join("preprocessor_config.json"), config.to_string()).unwrap();
    let found = inspected(&weights);
    let of = &found["network"]["preprocessing"];
    assert_eq!(
        *of,
        json!({ "input_size": 96, "resize": 128, "mean": [0.5, 0.25, 0.125], "std": [0.229, 0.224, 0.225] })
    );
    let notes = found["notes"].to_string();
    assert!(notes.contains("images are read as it says: 96 pixels of a shorter side of 128"), "{notes}");
    assert!(notes.contains("photographs are resized bilinearly, where it says filter 3 of Pillow"), "{notes}");
    // What cannot be is one sentence; so is what no tensor shows.
    for (name, config, words) in [
        (
            "preprocessor_config.json",
            json!({ "image_std": [1, 1] }),
            "preprocessor_config.json: std: expected three numbers, found [1,1]",
        ),
        (
            "config.json",
            json!({ "downsample_in_bottleneck": true }),
            "found bottlenecks with their stride in the first convolution (downsample_in_bottleneck), as ",
        ),
        (
            "config.json",
            json!({ "layer_type": "basic", "hidden_act": "gelu" }),
            "found gelu in place of ReLU (hidden_act), as ",
        ),
    ] {
        let weights = folder.path().join("other");
        write(&weights, &bottlenecks());
        fs::write(weights.join(name), config.to_string()).unwrap();
        refused(&weights, words);
        fs::remove_dir_all(weights).unwrap();
    }
}

/// Holds every command to one sentence and exit code 2, with nothing written.
#[track_caller]
fn refused(weights: &Path, words: &str) {
    let out = weights.with_file_name("p.png");
    let [path, picture] = [weights, &out].map(|path| path.display().to_string());
    for arguments in [
        &["inspect", &path][..],
        &["visualize", "--weights", &path, "--site", "layer1.1", "--channel", "0", "--out", &picture],
    ] {
        let output = run(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        let sentence = said.trim_end().lines().last().unwrap();
        assert!(sentence.contains(words) && sentence.contains(&path), "{words}: {said}");
        assert!(!out.exists());
    }
}

#[test]
fn what_cannot_be_studied_is_refused_by_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let kinds: [(&str, &[&str], &str); 13] = [
        ("a ResNet-D stem (conv1.0)", &["conv1.0.weight", "conv1.1.weight"], "conv1.0.weight"),
        ("squeeze-and-excitation (se)", &["layer1.0.se.fc1.weight"], "layer1.0.se.fc1.weight"),
        ("a ResNet-D shortcut", &["layer2.0.downsample.2.weight"], "layer2.0.downsample.2.weight"),
        ("blur pooling (aa)", &["layer2.0.aa.filt"], "layer2.0.aa.filt"),
        ("a ResNeSt or SKNet", &["layer1.0.conv2.fc1.weight"], "layer1.0.conv2.fc1.weight"),
        ("a Res2Net", &["layer1.0.convs.0.weight"], "layer1.0.convs.0.weight"),
        ("group normalization", &["layer1.0.gn1.weight"], "layer1.0.gn1.weight"),
        (
            "pre-activation blocks (norm1)",
            &["stem.conv.weight", "stages.0.blocks.0.norm1.weight"],
            "stages.0.blocks.0.norm1.weight",
        ),
        ("a vision transformer", &["cls_token", "pos_embed", "blocks.0.attn.qkv.weight"], "cls_token"),
        ("a ConvNeXt", &["stages.0.blocks.0.conv_dw.weight"], "stages.0.blocks.0.conv_dw.weight"),
        (
            "a DenseNet",
            &["features.denseblock1.denselayer1.conv1.weight"],
            "features.denseblock1.denselayer1.conv1.weight",
        ),
        ("a VGG or AlexNet", &["features.0.weight", "classifier.0.weight"], "features.0.weight"),
        ("a transformer of text", &["transformer.h.0.attn.c_attn.weight"], "transformer.h.0.attn.c_attn.weight"),
    ];
    for (at, (kind, names, tensor)) in kinds.into_iter().enumerate() {
        let weights = folder.path().join(format!("weights{at}"));
        // What is changed in a residual network stands among its other tensors.
        let changed = names.iter().any(|name| name.starts_with("layer") || name.starts_with("conv1"));
        let mut tensors = if changed { bottlenecks() } else { Vec::new() };
        tensors.extend(names.iter().map(|name| ((*name).to_owned(), vec![2, 2])));
        write(&weights, &tensors);
        refused(&weights, &format!("found {kind}"));
        refused(&weights, &format!("as tensor `{tensor}` shows"));
        refused(&weights, "expected a ResNet of torchvision, timm, transformers or for CIFAR");
    }
    // Pre-activation by where its norms stand: the shapes show it.
    let weights = folder.path().join("shapes");
    let mut tensors = bottlenecks();
    for (_, shape) in tensors.iter_mut().filter(|(name, _)| name.starts_with("layer2.0.bn1.")) {
        *shape = vec![8];
    }
    write(&weights, &tensors);
    refused(
        &weights,
        "found pre-activation blocks, whose batch norm stands before the convolution, as tensor `layer2.0.bn1.weight`",
    );
    // Normalization that keeps no statistics.
    let weights = folder.path().join("statistics");
    let mut tensors = bottlenecks();
    tensors.retain(|(name, _)| !name.contains("running"));
    write(&weights, &tensors);
    refused(&weights, "found normalization without running statistics");
}

#[test]
fn convolutions_in_groups_are_computed() {
    let folder = tempfile::tempdir().unwrap();
    let weights = folder.path().join("groups");
    let mut tensors = bottlenecks();
    for (_, shape) in tensors.iter_mut().filter(|(name, _)| name.ends_with("conv2.weight")) {
        shape[1] /= 2;
    }
    write(&weights, &tensors);
    let out = folder.path().join("a.png");
    let mut command = program(&["visualize", "--site", "layer1.0.bn3", "--channel", "0", "--steps", "2"]);
    let output = command.arg("--weights").arg(&weights).arg("--out").arg(&out).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().is_some_and(|code| code < 2) && out.exists(), "{said}");
}
