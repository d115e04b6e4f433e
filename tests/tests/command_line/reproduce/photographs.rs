//! What a run says of photographs: columns, extremes, tuning curves, shares.

use super::*;
use streamscope_tests::harness::Shared;
use tempfile::TempDir;

/// A run on all embedded photographs. Tests only read it.
fn finished() -> &'static TempDir {
    static RUN: Shared = Shared::new();
    RUN.get(|out| {
        succeed(&mut command(out, &[]));
    })
}

/// What a column of the table of channels holds for each.
fn column(out: &Path, name: &str) -> Vec<String> {
    let table = fs::read_to_string(out.join("tables/channels.csv")).unwrap();
    let at = table.lines().next().unwrap().split(',').position(|c| c == name).unwrap();
    table.lines().skip(1).map(|line| line.split(',').nth(at).unwrap().to_owned()).collect()
}

#[test]
fn tuning_curves_are_measured_on_the_images_that_were_given() {
    let folder = tempfile::tempdir().unwrap();
    let (all, few) = (finished(), folder.path().join("few"));
    let images = root().join("fixtures/images/checks").display().to_string();
    succeed(&mut command(&few, &["--images", &images]));
    let (all, few) = (column(all.path(), "tuning_curve_rho"), column(&few, "tuning_curve_rho"));
    assert_eq!((all.len(), few.len()), (6, 6));
    assert!(all.iter().all(|rho| rho.parse::<f64>().is_ok_and(|r| r.abs() <= 1.0)), "{all:?}");
    assert!(all != few);
}

/// The images of a run, and the columns of a site `[images, channels]`.
pub(super) fn columns(out: &Path, site: &str) -> (Vec<String>, testkit::golden::Array<f32>) {
    let names = fs::read_to_string(out.join("activations/images.txt")).unwrap();
    let path = out.join("activations").join(format!("{site}.npy"));
    let names = names.lines().map(str::to_owned).collect();
    (names, testkit::golden::npy_f32(path))
}

#[test]
fn columns_of_activations_add_up_and_extremes_are_their_largest_and_smallest() {
    let run = finished();
    let out = run.path();
    for (input, block, output) in
        [("layer1.0", "layer1.1.bn2", "layer1.1.pre"), ("layer2.0.downsample.1", "layer2.0.bn2", "layer2.0.pre")]
    {
        let [input, block, output] = [input, block, output].map(|site| columns(out, site).1);
        assert_eq!(input.shape[0], 200);
        let sums: Vec<f32> = input.values.iter().zip(&block.values).map(|(i, b)| i + b).collect();
        testkit::assert_same_bits(&output.values, &sums, "what Input and Block add is the Output");
    }
    let (names, values) = columns(out, "layer1.1.bn2");
    let channels = values.shape[1];
    let mut order: Vec<usize> = (0..names.len()).collect();
    let at = |image: usize| values.values[image * channels + 5];
    order.sort_by(|&a, &b| at(b).total_cmp(&at(a)).then(names[a].cmp(&names[b])));
    let table = fs::read_to_string(out.join("tables/extremes.csv")).unwrap();
    let rows: Vec<&str> = table.lines().filter(|l| l.starts_with("layer1.1,5,block,")).collect();
    assert_eq!(rows.len(), 18);
    for (rank, row) in rows[..9].iter().enumerate() {
        let image = order[rank];
        let activation = f64::from(at(image));
        let expected = format!("layer1.1,5,block,top,{},{},{activation:?}", rank + 1, names[image]);
        assert_eq!(*row, expected);
    }
    assert!(rows[9].contains(&format!(",bottom,1,{},", names[order[199]])), "{}", rows[9]);
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
    // Still one line in the list of images.
    fs::rename(images.join("star_03.jpg"), images.join("star\n03.jpg")).unwrap();
    fs::write(images.join("damaged.jpg"), b"not an image").unwrap();
    let path = images.display().to_string();
    let run = || {
        let output = command(&out, &["--images", &path]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        assert!(said.contains("skipped: ") && said.contains("damaged.jpg"), "{said}");
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
    let whole: Vec<u64> = journals().iter().map(|j| fs::metadata(j).unwrap().len()).collect();
    for journal in journals() {
        let bytes = fs::read(&journal).unwrap();
        fs::write(&journal, &bytes[..bytes.len() * 2 / 3 + 1]).unwrap();
    }
    run();
    let again: Vec<u64> = journals().iter().map(|j| fs::metadata(j).unwrap().len()).collect();
    assert_eq!(whole, again);
    assert!(first == results(&out));
}

/// On the first run and on one that finds everything read, and `verify` finds the photographs where they are.
#[test]
fn what_is_passed_over_or_overlooked_is_said_and_stands_in_the_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let (images, out) = (folder.path().join("images"), folder.path().join("out"));
    let deep = images.join("train/star/a");
    fs::create_dir_all(&deep).unwrap();
    fs::create_dir(images.join("val")).unwrap();
    for number in 0..10 {
        let name = format!("star_{number:02}.jpg");
        fs::copy(root().join("fixtures/images/star").join(&name), deep.join(name)).unwrap();
    }
    let flawed = root().join("crates/images/tests/data/formats");
    fs::copy(flawed.join("flaw_no_end.png"), images.join("val/cut.png")).unwrap();
    fs::copy(flawed.join("flaw_first_sum.png"), images.join("val/sum.png")).unwrap();
    fs::write(images.join("val/labels.txt"), "cut sum").unwrap();
    let path = images.display().to_string();
    let run = || {
        let output = command(&out, &["--images", &path]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        assert_eq!(said.matches(&format!("{path}: 1 file passed over: 1 .txt")).count(), 1, "{said}");
        for (name, flaw) in [("cut", "its end chunk is missing"), ("sum", "it has a wrong checksum")] {
            assert_eq!(said.matches(&format!("{path}/val/{name}.png: {flaw}")).count(), 1, "{said}");
        }
        let manifest = fs::read(out.join("manifest.json")).unwrap();
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
        assert_eq!(manifest["images"]["passed_over"], serde_json::json!({ ".txt": 1 }));
        let sentences = manifest["images"]["flawed"].as_array().unwrap();
        assert_eq!(sentences.len(), 2);
        assert!(sentences[0].as_str().unwrap().contains("val/cut.png: its end chunk is missing"), "{sentences:?}");
        results(&out)
    };
    let first = run();
    let (names, _) = columns(&out, "layer1.0");
    assert_eq!((names.len(), names[0].as_str(), names[10].as_str()), (12, "train/star/a/star_00.jpg", "val/cut.png"));
    let extremes = fs::read_to_string(out.join("tables/extremes.csv")).unwrap();
    assert!(extremes.contains(",train/star/a/star_0"), "{extremes}");
    // Once more, from what the journals hold.
    fs::remove_file(out.join("index.html")).unwrap();
    assert!(first == run());
    succeed(&mut program(&["verify", &out.display().to_string(), "--sample", "1"]));
}

#[test]
fn what_photographs_say_fits_together_for_every_channel() {
    let run = finished();
    let out = run.path();
    let number =
        |name: &str| -> Vec<f64> { column(out, name).iter().map(|cell| cell.parse().unwrap_or(f64::NAN)).collect() };
    let (shares, rest) = (number("photo_input_share"), number("photo_block_share"));
    let (ratio, from_input, from_block) = (number("photo_mix_ratio"), number("photo_o_i"), number("photo_o_b"));
    let top = fs::read_to_string(out.join("tables/extremes.csv")).unwrap();
    let largest = number("photo_b_b");
    for c in 0..6 {
        assert!((shares[c] + rest[c] - 1.0).abs() < 1e-12, "shares of {c}");
        assert!((ratio[c] - from_input[c] / from_block[c]).abs() < 1e-12, "mix ratio of {c}");
        // The mean over the Block's own top nine is that of the table of extremes.
        let of_channel = format!(
            "{},block,top,",
            ["layer1.1,0", "layer1.1,1", "layer1.1,5", "layer2.0,0", "layer2.0,1", "layer2.0,5"][c]
        );
        let rows = top.lines().filter(|l| l.starts_with(&of_channel));
        let nine: Vec<f64> = rows.map(|l| l.rsplit(',').next().unwrap().parse().unwrap()).collect();
        assert_eq!(nine.len(), 9);
        assert!((largest[c] - nine.iter().sum::<f64>() / 9.0).abs() < 1e-12);
    }
    // The curves at size 1 are the nine activations, and at 2 and 1/2 they are what dB and dI are made of.
    let curves = fs::read_to_string(out.join("tables/scale_tuning.csv")).unwrap();
    let curve = |seen: &str, scale: &str, column: usize| -> f64 {
        let start = format!("layer1.1,5,picture,{seen},{scale},");
        let row = curves.lines().find(|l| l.starts_with(&start)).unwrap();
        row.split(',').nth(column).unwrap().parse().unwrap()
    };
    let (input, block) = (5, 6);
    let of_five = |name: &str| number(name)[2];
    assert_eq!(curve("input", "1.0", block), of_five("b_i"));
    assert_eq!(curve("block", "1.0", input), of_five("i_b"));
    let block_delta = (curve("input", "2.0", block).max(0.0) - of_five("b_i").max(0.0)) / of_five("b_b");
    let input_delta = (curve("block", "0.5", input).max(0.0) - of_five("i_b").max(0.0)) / of_five("i_i");
    assert!((block_delta - of_five("block_delta")).abs() < 1e-12);
    assert!((input_delta - of_five("input_delta")).abs() < 1e-12);
}

#[test]
fn on_photographs_the_output_is_rectified_before_the_mean_and_its_summands_are_not() {
    let run = finished();
    let out = run.path();
    let extremes = fs::read_to_string(out.join("tables/extremes.csv")).unwrap();
    let curves = fs::read_to_string(out.join("tables/scale_tuning.csv")).unwrap();
    let (mut rectified, mut negative) = (0, 0);
    for (site, letter, role_column) in
        [("layer2.0.downsample.1", "i", 5), ("layer2.0.bn2", "b", 6), ("layer2.0.pre", "o", 7)]
    {
        let (names, values) = columns(out, site);
        for (row, channel) in [(3, 0), (4, 1), (5, 5)] {
            for (seen, of) in [("input", "i"), ("block", "b"), ("output", "o")] {
                let start = format!("layer2.0,{channel},{seen},top,");
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
                let found: f64 = column(out, &name)[row].parse().unwrap();
                let error = 1e-12 * nine.iter().map(|v| v.abs()).sum::<f64>();
                assert!((found - expected).abs() <= error, "{name} of {channel}");
                // In the curves everything is rectified, as the measures of scale invariance have it.
                let start = format!("layer2.0,{channel},photographs,{seen},1.0,");
                let row = curves.lines().find(|l| l.starts_with(&start)).unwrap();
                let at_size_one: f64 = row.split(',').nth(role_column).unwrap().parse().unwrap();
                assert!((at_size_one - clipped).abs() <= error, "{start} {letter}");
                let differs = usize::from(clipped - plain > error);
                *(if letter == "o" { &mut rectified } else { &mut negative }) += differs;
            }
        }
    }
    assert!(rectified > 0 && negative > 0, "nothing to tell them apart");
}
