//! `reproduce`: the same bytes however it is run, interrupted or repeated.

use crate::harness::{assert_same_results, program, results, root, run, succeed};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Two blocks of the embedded network, a few channels and steps.
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
        "--out",
    ];
    fixed
        .iter()
        .map(|s| (*s).to_owned())
        .chain([out.display().to_string()])
        .collect()
}

fn command(out: &Path, more: &[&str]) -> std::process::Command {
    let arguments = small(out);
    let mut command = program(
        &arguments
            .iter()
            .map(String::as_str)
            .chain(more.iter().copied())
            .collect::<Vec<_>>(),
    );
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
    files
        .filter(|f| !f.file_name().unwrap().to_string_lossy().starts_with('.'))
        .collect()
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
        assert!(
            manifest.contains(&format!("\"instruction_set\": \"{}\"", isa.name())),
            "{manifest}"
        );
    }
}

#[test]
fn a_killed_run_goes_on_where_it_stopped_and_ends_with_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    succeed(&mut command(&whole, &[]));
    let all = entries(&whole).len();
    for stop_at in [0, all / 3, 2 * all / 3] {
        let mut child = command(&killed, &["--threads", "1"]).spawn().unwrap();
        let started = Instant::now();
        while entries(&killed).len() <= stop_at && child.try_wait().unwrap().is_none() {
            assert!(started.elapsed() < Duration::from_secs(120), "no progress");
            std::thread::sleep(Duration::from_millis(2));
        }
        // SIGKILL on Unix: the program has no say in it.
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let kept = entries(&killed).len();
    assert!(kept > 0);
    let output = command(&killed, &[]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.success() && said.contains("already done"),
        "{said}"
    );
    assert_same_results(&whole, &killed);
}

#[test]
fn a_second_run_makes_nothing_anew_and_a_damaged_entry_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    succeed(&mut command(&out, &[]));
    let first = results(&out);
    let before: Vec<_> = entries(&out)
        .iter()
        .map(|f| fs::metadata(f).unwrap().modified().unwrap())
        .collect();
    succeed(&mut command(&out, &[]));
    let after: Vec<_> = entries(&out)
        .iter()
        .map(|f| fs::metadata(f).unwrap().modified().unwrap())
        .collect();
    assert_eq!(before, after);

    let damaged = entries(&out)[1].clone();
    let mut bytes = fs::read(&damaged).unwrap();
    let good = bytes.clone();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&damaged, &bytes).unwrap();
    succeed(&mut command(&out, &[]));
    assert!(
        fs::read(&damaged).unwrap() == good,
        "the damaged entry was not made again"
    );
    assert_eq!(first, results(&out));
}

/// What a column of the table of channels holds for each.
fn column(out: &Path, name: &str) -> Vec<String> {
    let table = fs::read_to_string(out.join("tables/channels.csv")).unwrap();
    let at = table
        .lines()
        .next()
        .unwrap()
        .split(',')
        .position(|c| c == name)
        .unwrap();
    table
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(at).unwrap().to_owned())
        .collect()
}

#[test]
fn tuning_curves_are_measured_on_the_images_that_were_given() {
    let folder = tempfile::tempdir().unwrap();
    let (all, few) = (folder.path().join("all"), folder.path().join("few"));
    succeed(&mut command(&all, &[]));
    let images = root().join("fixtures/images/checks").display().to_string();
    succeed(&mut command(&few, &["--images", &images]));
    let (all, few) = (
        column(&all, "tuning_curve_rho"),
        column(&few, "tuning_curve_rho"),
    );
    assert_eq!((all.len(), few.len()), (6, 6));
    assert!(
        all.iter()
            .all(|rho| rho.parse::<f64>().is_ok_and(|r| r.abs() <= 1.0)),
        "{all:?}"
    );
    assert!(all != few);
}

/// The images of a run, and the columns of a site `[images, channels]`.
fn columns(out: &Path, site: &str) -> (Vec<String>, testkit::golden::Array<f32>) {
    let names = fs::read_to_string(out.join("activations/images.txt")).unwrap();
    let path = out.join("activations").join(format!("{site}.npy"));
    let names = names.lines().map(str::to_owned).collect();
    (names, testkit::golden::npy_f32(path))
}

#[test]
fn columns_of_activations_add_up_and_extremes_are_their_largest_and_smallest() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    succeed(&mut command(&out, &[]));
    for (input, block, output) in [
        ("layer1.0", "layer1.1.bn2", "layer1.1.pre"),
        ("layer2.0.downsample.1", "layer2.0.bn2", "layer2.0.pre"),
    ] {
        let [input, block, output] = [input, block, output].map(|site| columns(&out, site).1);
        assert_eq!(input.shape[0], 200);
        let sums: Vec<f32> = input
            .values
            .iter()
            .zip(&block.values)
            .map(|(i, b)| i + b)
            .collect();
        testkit::assert_same_bits(
            &output.values,
            &sums,
            "what Input and Block add is the Output",
        );
    }
    let (names, values) = columns(&out, "layer1.1.bn2");
    let channels = values.shape[1];
    let mut order: Vec<usize> = (0..names.len()).collect();
    let at = |image: usize| values.values[image * channels + 5];
    order.sort_by(|&a, &b| at(b).total_cmp(&at(a)).then(names[a].cmp(&names[b])));
    let table = fs::read_to_string(out.join("tables/extremes.csv")).unwrap();
    let rows: Vec<&str> = table
        .lines()
        .filter(|l| l.starts_with("1.1,5,block,"))
        .collect();
    assert_eq!(rows.len(), 18);
    for (rank, row) in rows[..9].iter().enumerate() {
        let image = order[rank];
        let activation = f64::from(at(image));
        let expected = format!(
            "1.1,5,block,top,{},{},{activation:?}",
            rank + 1,
            names[image]
        );
        assert_eq!(*row, expected);
    }
    assert!(
        rows[9].contains(&format!(",bottom,1,{},", names[order[199]])),
        "{}",
        rows[9]
    );
}

#[test]
fn a_cut_journal_of_images_is_read_on_and_damaged_images_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let (images, out) = (folder.path().join("images"), folder.path().join("out"));
    fs::create_dir(&images).unwrap();
    for class in ["star", "rings"] {
        for file in fs::read_dir(root().join("fixtures/images").join(class)).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), images.join(file.file_name())).unwrap();
        }
    }
    fs::write(images.join("damaged.jpg"), b"not an image").unwrap();
    let path = images.display().to_string();
    let run = || {
        let output = command(&out, &["--images", &path]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        assert!(
            said.contains("skipped: ") && said.contains("damaged.jpg"),
            "{said}"
        );
    };
    run();
    let first = results(&out);
    assert_eq!(columns(&out, "layer1.0").0.len(), 20);
    let journals = || -> Vec<PathBuf> {
        let files = fs::read_dir(out.join("store/scans")).unwrap();
        files.map(|f| f.unwrap().path()).collect()
    };
    // One for each size.
    assert_eq!(journals().len(), 9);
    let whole: Vec<u64> = journals()
        .iter()
        .map(|j| fs::metadata(j).unwrap().len())
        .collect();
    for journal in journals() {
        let bytes = fs::read(&journal).unwrap();
        fs::write(&journal, &bytes[..bytes.len() * 2 / 3 + 1]).unwrap();
    }
    run();
    let again: Vec<u64> = journals()
        .iter()
        .map(|j| fs::metadata(j).unwrap().len())
        .collect();
    assert_eq!(whole, again);
    assert!(first == results(&out));
}

#[test]
fn what_photographs_say_fits_together_for_every_channel() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    succeed(&mut command(&out, &[]));
    let number = |name: &str| -> Vec<f64> {
        column(&out, name)
            .iter()
            .map(|cell| cell.parse().unwrap_or(f64::NAN))
            .collect()
    };
    let (shares, rest) = (number("photo_input_share"), number("photo_block_share"));
    let (ratio, from_input, from_block) = (
        number("photo_mix_ratio"),
        number("photo_o_i"),
        number("photo_o_b"),
    );
    let top = fs::read_to_string(out.join("tables/extremes.csv")).unwrap();
    let largest = number("photo_b_b");
    for c in 0..6 {
        assert!((shares[c] + rest[c] - 1.0).abs() < 1e-12, "shares of {c}");
        assert!(
            (ratio[c] - from_input[c] / from_block[c]).abs() < 1e-12,
            "mix ratio of {c}"
        );
        // The mean over the Block's own top nine is that of the table of extremes.
        let of_channel = format!(
            "{},block,top,",
            ["1.1,0", "1.1,1", "1.1,5", "2.0,0", "2.0,1", "2.0,5"][c]
        );
        let rows = top.lines().filter(|l| l.starts_with(&of_channel));
        let nine: Vec<f64> = rows
            .map(|l| l.rsplit(',').next().unwrap().parse().unwrap())
            .collect();
        assert_eq!(nine.len(), 9);
        assert!((largest[c] - nine.iter().sum::<f64>() / 9.0).abs() < 1e-12);
    }
    // The curves at size 1 are the nine activations, and at 2 and 1/2 they are what dB and dI are made of.
    let curves = fs::read_to_string(out.join("tables/scale_tuning.csv")).unwrap();
    let curve = |seen: &str, scale: &str, column: usize| -> f64 {
        let start = format!("1.1,5,picture,{seen},{scale},");
        let row = curves.lines().find(|l| l.starts_with(&start)).unwrap();
        row.split(',').nth(column).unwrap().parse().unwrap()
    };
    let (input, block) = (5, 6);
    let of_five = |name: &str| number(name)[2];
    assert_eq!(curve("input", "1.0", block), of_five("b_i"));
    assert_eq!(curve("block", "1.0", input), of_five("i_b"));
    let block_delta =
        (curve("input", "2.0", block).max(0.0) - of_five("b_i").max(0.0)) / of_five("b_b");
    let input_delta =
        (curve("block", "0.5", input).max(0.0) - of_five("i_b").max(0.0)) / of_five("i_i");
    assert!((block_delta - of_five("block_delta")).abs() < 1e-12);
    assert!((input_delta - of_five("input_delta")).abs() < 1e-12);
}

#[test]
fn on_photographs_the_output_is_rectified_before_the_mean_and_its_summands_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    succeed(&mut command(&out, &[]));
    let extremes = fs::read_to_string(out.join("tables/extremes.csv")).unwrap();
    let curves = fs::read_to_string(out.join("tables/scale_tuning.csv")).unwrap();
    let (mut rectified, mut negative) = (0, 0);
    for (site, letter, role_column) in [
        ("layer2.0.downsample.1", "i", 5),
        ("layer2.0.bn2", "b", 6),
        ("layer2.0.pre", "o", 7),
    ] {
        let (names, values) = columns(&out, site);
        for (row, channel) in [(3, 0), (4, 1), (5, 5)] {
            for (seen, of) in [("input", "i"), ("block", "b"), ("output", "o")] {
                let start = format!("2.0,{channel},{seen},top,");
                let nine = extremes.lines().filter(|l| l.starts_with(&start));
                let nine: Vec<f64> = nine
                    .map(|line| {
                        let image = line.split(',').nth(5).unwrap();
                        let image = names.iter().position(|n| n == image).unwrap();
                        f64::from(values.values[image * values.shape[1] + channel])
                    })
                    .collect();
                assert_eq!(nine.len(), 9);
                let clipped = nine.iter().map(|v| v.max(0.0)).sum::<f64>() / 9.0;
                let plain = nine.iter().sum::<f64>() / 9.0;
                let expected = if letter == "o" { clipped } else { plain };
                let name = format!("photo_{letter}_{of}");
                let found: f64 = column(&out, &name)[row].parse().unwrap();
                let error = 1e-12 * nine.iter().map(|v| v.abs()).sum::<f64>();
                assert!((found - expected).abs() <= error, "{name} of {channel}");
                // In the curves everything is rectified, as the measures of scale invariance have it.
                let start = format!("2.0,{channel},photographs,{seen},1.0,");
                let row = curves.lines().find(|l| l.starts_with(&start)).unwrap();
                let at_size_one: f64 = row.split(',').nth(role_column).unwrap().parse().unwrap();
                assert!((at_size_one - clipped).abs() <= error, "{start} {letter}");
                let differs = usize::from(clipped - plain > error);
                *(if letter == "o" {
                    &mut rectified
                } else {
                    &mut negative
                }) += differs;
            }
        }
    }
    assert!(rectified > 0 && negative > 0, "nothing to tell them apart");
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
    assert!(
        lines[0].starts_with("block") && lines[1].starts_with("1.1") && lines[2].starts_with("2.0"),
        "{printed}"
    );
    assert!(lines[1].contains("3/16"), "{printed}");
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    let files = manifest["files"].as_object().unwrap();
    for name in results(&out).keys() {
        assert!(files.contains_key(name), "{name} is not in the manifest");
    }
    for expected in [
        "index.html",
        "figures/fig2_mix_ratios.svg",
        "figures/fig5_scale_invariance.png",
        "tables/blocks.csv",
    ] {
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
    let base = [
        "reproduce",
        "--weights",
        &weights,
        "--input-size",
        "128",
        "--channels",
        "0",
        "--steps",
        "1",
        "--out",
        &out,
    ];
    let output = run(&base);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let sentence =
        "3.1, 4.0, 4.1 and fc cannot be computed: missing layer3.1.conv2.weight, layer4.0.bn1.bias";
    assert!(said.lines().any(|l| l == sentence), "{said}");
    let blocks = fs::read_to_string(folder.path().join("out/tables/blocks.csv")).unwrap();
    let names: Vec<&str> = blocks
        .lines()
        .skip(1)
        .map(|l| l.split(',').next().unwrap())
        .collect();
    assert_eq!(names, ["1.1", "2.0", "2.1", "3.0"]);

    let asked: Vec<&str> = base.iter().copied().chain(["--blocks", "3.1"]).collect();
    let output = run(&asked);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains(sentence));
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
