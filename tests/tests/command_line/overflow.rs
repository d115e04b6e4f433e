//! Weights whose activations go beyond what single precision holds: said where it begins, and no difference to `verify`.

use std::fs;
use std::path::Path;
use streamscope_tests::harness::{Shared, program, root, run, succeed};

/// The embedded network with one tensor so large that layer2.0 overflows.
pub(crate) fn weights() -> &'static Path {
    static WEIGHTS: Shared = Shared::new();
    WEIGHTS
        .get(|folder| {
            let file = fs::File::open(root().join("fixtures/resnet18-16.npz")).unwrap();
            zip::ZipArchive::new(file).unwrap().extract(folder).unwrap();
            let path = folder.join("layer2.0.bn2.weight.npy");
            let mut bytes = fs::read(&path).unwrap();
            let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
            for value in bytes[header..].chunks_exact_mut(4) {
                let number = f32::from_le_bytes(value.try_into().unwrap());
                value.copy_from_slice(&(number.signum() * 2e38).to_le_bytes());
            }
            fs::write(path, bytes).unwrap();
        })
        .path()
}

#[test]
fn a_run_that_overflows_is_verified_and_says_which_activations_do() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let images = root().join("fixtures/images/star");
    let mut command =
        program(&["reproduce", "--input-size", "32", "--steps", "2", "--blocks", "1.1,2.0,2.1", "--channels", "0..2"]);
    command.arg("--weights").arg(weights()).arg("--images").arg(images).arg("--out").arg(&out);
    let output = command.output().unwrap();
    let (printed, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(0), "{said}");
    let table = fs::read_to_string(out.join("tables/channels.csv")).unwrap();
    let header: Vec<&str> = table.lines().next().unwrap().split(',').collect();
    let last = header.iter().position(|name| *name == "not_finite").unwrap();
    let mut overflown = 0;
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let named: Vec<&str> = cells[last].split(' ').filter(|name| !name.is_empty()).collect();
        for (name, cell) in header.iter().zip(&cells) {
            let is_not = ["NaN", "inf", "-inf"].contains(cell);
            assert_eq!(named.contains(name), is_not, "{name} of {line}");
        }
        // Nothing overflows before layer2.0.
        assert!(cells[0] != "1.1" || named.is_empty(), "{line}");
        overflown += named.len();
    }
    assert!(overflown > 0, "{table}");
    let tail =
        "are not finite, beyond what single precision holds: column not_finite of tables/channels.csv names them";
    for told in [&said, &printed] {
        let sites: Vec<&str> = told.lines().filter(|line| line.ends_with(tail)).collect();
        assert!(!sites.is_empty() && sites[0].starts_with("layer2.0"), "{told}");
        assert!(sites[0].contains(": center activations of channel"), "{told}");
    }
    let dictionary = fs::read_to_string(out.join("tables/README.md")).unwrap();
    assert!(dictionary.contains("| `not_finite` | names | "));
    let output = run(&["verify", &out.display().to_string(), "--all"]);
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(
        said.lines().any(|line| line.starts_with("pictures, made again") && line.ends_with("no difference")),
        "{said}"
    );
    let output = run(&["explain", "2.1", "0", "--run", &out.display().to_string()]);
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
}

#[test]
fn an_archive_and_a_picture_of_what_overflows_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(&["activations", "--input-size", "32", "--sites", "layer1.1,layer2.1.pre"]);
    command.arg("--weights").arg(weights()).arg("--images").arg(root().join("fixtures/images/star"));
    let printed = succeed(command.arg("--out").arg(folder.path().join("a.npz")));
    assert!(
        printed.contains(
            "layer2.1.pre: not finite in 10 of 10 images, beyond what single precision holds; the first is star_00.jpg"
        ),
        "{printed}"
    );
    assert!(!printed.contains("layer1.1: not finite"), "{printed}");
    let mut command =
        program(&["visualize", "--input-size", "32", "--site", "layer2.1.pre", "--channel", "0", "--steps", "1"]);
    let output =
        command.arg("--weights").arg(weights()).arg("--out").arg(folder.path().join("p.png")).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("activations are not finite, beyond what single precision holds"), "{said}");
}
