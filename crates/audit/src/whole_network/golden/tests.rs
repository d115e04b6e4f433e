//! Reference values that are there, changed, or missing.

use super::*;
use bounds::fixtures_dir;

fn golden(images: &Path) -> Golden {
    Golden::open(&Reference { folder: fixtures_dir().join("golden"), images: images.to_owned() }).unwrap().unwrap()
}

#[test]
fn images_are_looked_for_where_the_values_are_from_and_skipped_where_they_are_not() {
    let there = golden(&fixtures_dir().join("images")).decoding().unwrap();
    assert!(there.passed && there.values == 6 * 128 * 128 * 3, "{there:?}");
    for elsewhere in ["golden", "no such folder"] {
        let line = golden(&fixtures_dir().join(elsewhere)).decoding().unwrap();
        assert_eq!((line.verdict(), line.passed), ("skipped", false), "{elsewhere}");
        assert!(!line.failed() && line.bound.contains(elsewhere), "{line:?}");
    }
}

#[test]
fn an_image_that_is_there_and_cannot_be_read_fails() {
    let folder = tempfile::tempdir().unwrap();
    let whole = golden(&fixtures_dir().join("images"));
    for name in &whole.names {
        let from = whole.find(name).unwrap();
        let mut bytes = std::fs::read(&from).unwrap();
        if *name == whole.names[1] {
            bytes.truncate(bytes.len() / 2);
        }
        std::fs::write(folder.path().join(from.file_name().unwrap()), bytes).unwrap();
    }
    let line = golden(folder.path()).decoding().unwrap();
    assert!(line.failed(), "{line:?}");
    assert_eq!(line.error.unwrap().value, f64::from(128 * 128 * 3));
    assert!(line.what.of.contains("expected a whole JPEG"), "{line:?}");
}

#[test]
fn what_depends_on_no_weights_is_checked_at_the_size_of_the_values() {
    let golden = golden(&fixtures_dir().join("images"));
    assert_eq!(golden.size(), 128);
    let comparisons = golden.of_any_weights(Isa::best()).unwrap();
    let steps: Vec<_> = comparisons.iter().map(|l| (l.step, l.passed)).collect();
    assert_eq!(steps, [(Step::Decode, true), (Step::Spectrum, true)]);
    assert_eq!(comparisons[1].values, 3 * 128 * 128);
}

/// Copies the reference values, with the arrays of an archive changed whose names begin so, and those alone in it
/// that are read here.
fn changed(to: &Path, archive: &str, array: &str, change: impl Fn(&mut Vec<f64>)) {
    use std::io::Write;
    let from = fixtures_dir().join("golden");
    for file in std::fs::read_dir(&from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
    let values = Archive::open(from.join(archive)).unwrap();
    let mut copy = zip::ZipWriter::new(std::fs::File::create(to.join(archive)).unwrap());
    for name in values.names().unwrap() {
        // What is read of an archive is of this type.
        let single = name.ends_with("/f32") || name == "spectrum";
        let is_read = ["/f64", "/grad"].iter().any(|end| name.ends_with(end));
        if !single && !is_read && name != "image" {
            continue;
        }
        let mut of = values.f64(&name).unwrap();
        if name.starts_with(array) {
            change(&mut of.values);
        }
        let descr = if single { "<f4" } else { "<f8" };
        let sizes: Vec<String> = of.shape.iter().map(|n| format!("{n},")).collect();
        let shape = sizes.join(" ");
        let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}");
        header.push_str(&" ".repeat((64 - (11 + header.len()) % 64) % 64));
        header.push('\n');
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
        bytes.extend(header.bytes());
        for value in &of.values {
            match single {
                true => bytes.extend(crate::rounding::single(*value).to_le_bytes()),
                false => bytes.extend(value.to_le_bytes()),
            }
        }
        let options = zip::write::SimpleFileOptions::default();
        copy.start_file(format!("{name}.npy"), options).unwrap();
        copy.write_all(&bytes).unwrap();
    }
    copy.finish().unwrap();
}

/// The largest error that a line in L2 has room for, added to one value.
fn nudged(values: &mut [f64], relative: f64) {
    let norm = values.iter().map(|v| v * v).sum::<f64>().sqrt();
    let last = values.len() - 1;
    values[last] += relative * norm;
}

#[test]
fn center_activations_and_gradients_beyond_their_bound_fail_and_no_others() {
    let tensors = weights::TensorSet::load(fixtures_dir().join("resnet18-16.npz")).unwrap();
    let network = Network::new(&tensors).unwrap();
    let comparisons = |archive: &str, array: &str, relative: f64| {
        let folder = tempfile::tempdir().unwrap();
        changed(folder.path(), archive, array, |v| nudged(v, relative));
        let golden =
            Golden::open(&Reference { folder: folder.path().to_owned(), images: fixtures_dir().join("images") });
        golden.unwrap().unwrap().of_network(&network, Isa::best()).unwrap()
    };
    let centers = ("center_activations.npz", "layer2.1.bn2/");
    let right = comparisons(centers.0, centers.1, 0.0);
    assert!(right.iter().all(|line| line.passed), "{right:?}");
    let of = |step: Step| right.iter().filter(|l| l.step == step).count();
    // Every site and every unit that PyTorch was asked for.
    let names = Archive::open(fixtures_dir().join("golden/center_activations.npz")).unwrap().names().unwrap();
    let sites = names.iter().filter_map(|n| n.strip_suffix("/f64"));
    let sites = sites.filter(|n| n.parse::<Site>().is_ok()).count();
    assert_eq!(of(Step::CenterActivations), sites);
    let units = Archive::open(fixtures_dir().join("golden/center_gradients.npz")).unwrap().names().unwrap();
    let units = units.iter().filter(|n| n.ends_with("/grad")).count();
    assert_eq!((of(Step::CenterGradients), right.len()), (units, sites + units));
    let gradients = right.iter().filter(|l| l.step == Step::CenterGradients);
    assert!(gradients.clone().all(|l| l.values == 3 * 128 * 128));
    let at_bn2 = right.iter().find(|l| l.what.of == "layer2.1.bn2, 6 images").unwrap();
    assert_eq!(at_bn2.values, 6 * 32);
    // Of both what is exact and what PyTorch's single precision makes of it, whose own error stays as it is: half
    // of the bound.
    let room = at_bn2.l2.unwrap() / at_bn2.used.unwrap();
    let failed = |comparisons: &[Comparison]| -> Vec<String> {
        let failed = comparisons.iter().filter(|l| l.failed());
        failed.map(|l| l.what.to_string()).collect()
    };
    let beyond = comparisons(centers.0, centers.1, 2.0 * room);
    assert_eq!(failed(&beyond), ["layer2.1.bn2, 6 images"]);
    let unit = "layer1.1.bn2:5";
    let beyond = comparisons("center_gradients.npz", &format!("{unit}/grad"), 1.1 * GRADIENTS);
    assert_eq!(failed(&beyond), [unit]);
    let within = comparisons("center_gradients.npz", &format!("{unit}/grad"), 0.5 * GRADIENTS);
    assert_eq!(failed(&within), [""; 0]);
}

#[test]
fn a_picture_of_a_spectrum_or_a_pixel_that_is_another_one_fails() {
    let comparisons = |archive: &str, array: &str, by: f64| {
        let folder = tempfile::tempdir().unwrap();
        changed(folder.path(), archive, array, |v| v[4_711] += by);
        let golden =
            Golden::open(&Reference { folder: folder.path().to_owned(), images: fixtures_dir().join("images") });
        let comparisons = golden.unwrap().unwrap().picture(Isa::best()).unwrap();
        comparisons.unwrap()
    };
    assert!(comparisons("featviz_steps.npz", "image", 0.0).passed);
    for by in [2.1 * PICTURE, -2.1 * PICTURE] {
        assert!(comparisons("featviz_steps.npz", "image", by).failed(), "{by}");
    }
    // Another photograph under the name of the first.
    let mut whole = golden(&fixtures_dir().join("images"));
    let (first, second) = (whole.names[0].clone(), whole.names[1].clone());
    let (first, second) = (whole.find(&first).unwrap(), whole.find(&second).unwrap());
    whole.names.truncate(1);
    assert!(whole.decoding().unwrap().passed);
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(second, folder.path().join(first.file_name().unwrap())).unwrap();
    whole.images = folder.path().to_owned();
    let line = whole.decoding().unwrap();
    assert!(line.failed() && line.values == 128 * 128 * 3, "{line:?}");
    assert!(line.error.unwrap().value > 0.0);
}
