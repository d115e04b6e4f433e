//! The command's ablation of networks for CIFAR against PyTorch's: how many of 1,000 images are named right, at six
//! enlargements, exactly.

use streamscope_tests::harness::{program, succeed};
use testkit::golden::{Archive, data_dir};

/// The channels that the reference holds at their means.
const CHANNELS: [usize; 6] = [1, 5, 8, 13, 21, 30];

#[test]
fn counts_of_intact_and_ablated_networks_are_pytorchs() {
    let Some(data) = data_dir() else { return };
    let golden = Archive::open(data.join("golden/cifar_resnets.npz"));
    for (network, file, block) in
        [("resnet20", "resnet20-12fca82f.th", "2.2"), ("resnet56", "resnet56-4bfd9763.th", "2.8")]
    {
        let folder = tempfile::tempdir().unwrap();
        let mut command = program(&["ablate", "--block", block, "--random-sets", "0"]);
        command.args(["--channels", &CHANNELS.map(|c| c.to_string()).join(",")]);
        command.arg("--weights").arg(data.join("data/cifar").join(file));
        command.arg("--images").arg(data.join("data/cifar/images")).arg("--out").arg(folder.path());
        succeed(&mut command);
        let table = std::fs::read_to_string(folder.path().join("ablation.csv")).unwrap();
        let mut lines = table.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let heading = lines.next().unwrap();
        let at = |name: &str| heading.iter().position(|column| *column == name).unwrap();
        let rows: Vec<Vec<&str>> = lines.collect();
        let ablated = format!("{network}/top1 with channels {CHANNELS:?} of layer{block}.pre at their means");
        for (set, name) in [("intact", format!("{network}/top1")), ("studied", ablated)] {
            let of_set = rows.iter().filter(|row| row[at("set")] == set);
            let found: Vec<i64> = of_set.map(|row| row[at("top1")].parse().unwrap()).collect();
            assert_eq!(found, golden.i64(&name).values, "{network}: {set}");
        }
        assert!(rows.iter().all(|row| row[at("images")] == "1000"));
    }
}
