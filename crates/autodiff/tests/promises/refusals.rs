//! What cannot be built, and the sentence that says so.

use autodiff::ops::{
    Add, Algorithm, Alignment, BatchNorm, BatchNormStatistics, Convolution, GlobalAveragePool, Input, Jitter, Linear,
    MaxPool, Normalise, Operation, PadChannels, ReflectPad, Relu, Resize, Rotate, SpectralImage, Translate,
};
use autodiff::{Channels, Graph, NodeId, Plan, PlanError, Region, Shape, Sliding, Wanted};

/// Four inputs of different shapes.
struct Inputs {
    graph: Graph,
    /// 6 x 5 x 3.
    image: NodeId,
    /// 6 x 5 x 3 too.
    other: NodeId,
    /// 6 x 5 x 4.
    four: NodeId,
    /// 0 x 5 x 3.
    empty: NodeId,
}

fn inputs() -> Inputs {
    let mut graph = Graph::new();
    let [image, other, four, empty] = [(6, 3), (6, 3), (6, 4), (0, 3)].map(|(height, channels)| {
        let shape = Shape::new(height, 5, channels);
        graph.add(Input { shape }, &[]).unwrap()
    });
    Inputs { graph, image, other, four, empty }
}

fn refused(inputs: &[NodeId], operation: impl Operation + 'static, graph: &mut Graph) -> String {
    graph.add(operation, inputs).unwrap_err().to_string()
}

#[test]
fn an_operation_names_itself_what_it_expects_and_what_it_was_given() {
    let Inputs { mut graph, image, other, four, empty } = inputs();
    let graph = &mut graph;
    let convolution = || Convolution::new(vec![0.0; 2 * 3 * 9], (2, 3), Sliding::square(3, 1, 0), None).unwrap();
    let large = Convolution::new(vec![0.0; 2 * 3 * 49], (2, 3), Sliding::square(7, 1, 0), None).unwrap();
    let norm = BatchNorm::new(vec![1.0; 2], vec![0.0; 2]).unwrap();
    let linear = Linear::new(&[0.0; 6], &[0.0; 2], 3).unwrap();
    let scale = 8;
    let found = [
        refused(&[image], Input { shape: Shape::new(1, 1, 1) }, graph),
        refused(&[image, four], Add, graph),
        refused(&[image], Add, graph),
        refused(&[image, image], Add, graph),
        refused(&[four], convolution(), graph),
        refused(&[image], large, graph),
        refused(&[image, other], convolution(), graph),
        refused(&[image], norm, graph),
        refused(&[], Relu, graph),
        refused(&[image, other], Relu, graph),
        refused(&[image, other], GlobalAveragePool, graph),
        refused(&[image], linear, graph),
        refused(&[image], MaxPool::new(Sliding::square(6, 1, 0)), graph),
        refused(&[image, other], MaxPool::new(Sliding::square(2, 1, 0)), graph),
        refused(&[four], Normalise::imagenet(), graph),
        refused(&[four], Rotate::within(5), graph),
        refused(&[image], ReflectPad::new(5), graph),
        refused(&[empty], Resize::new((2, 2), Alignment::Corners), graph),
        refused(&[image], Resize::new((0, 2), Alignment::Corners), graph),
        refused(&[image], Resize::new((2, 0), Alignment::Corners), graph),
        refused(&[image, other], Translate::zero_pad((6, 5), (1, 1)), graph),
        refused(&[], Jitter::below(4), graph),
        refused(&[image], SpectralImage::new(scale, scale), graph),
        refused(&[four], PadChannels::new(2, 1, 4), graph),
        refused(&[image, four], PadChannels::new(2, 1, 9), graph),
    ];
    let expected = [
        "input: expected no inputs, found 6 x 5 x 3",
        "addition: expected two maps of the same shape, found 6 x 5 x 3 and 6 x 5 x 4",
        "addition: expected two maps of the same shape, found 6 x 5 x 3",
        "addition: expected two different inputs, found the same node twice",
        "convolution: expected 3 channels and a map that a 3 x 3 window fits, found 6 x 5 x 4",
        "convolution: expected 3 channels and a map that a 7 x 7 window fits, found 6 x 5 x 3",
        "convolution: expected one input, found 6 x 5 x 3 and 6 x 5 x 3",
        "batch norm: expected 2 channels, found 6 x 5 x 3",
        "relu: expected one input, found ",
        "relu: expected one input, found 6 x 5 x 3 and 6 x 5 x 3",
        "global average pooling: expected one input, found 6 x 5 x 3 and 6 x 5 x 3",
        "fully connected layer: expected 1 x 1 x 3, found 6 x 5 x 3",
        "max pooling: expected a map that the window fits, found 6 x 5 x 3",
        "max pooling: expected one input, found 6 x 5 x 3 and 6 x 5 x 3",
        "normalisation: expected an image of 3 channels, found 6 x 5 x 4",
        "rotation: expected an image of 3 channels, found 6 x 5 x 4",
        "reflection padding: expected more than 5 rows and columns, found 6 x 5 x 3",
        "resizing: expected at least one row and column, found 0 x 5 x 3",
        "resizing: expected at least one row and column, found 6 x 5 x 3",
        "resizing: expected at least one row and column, found 6 x 5 x 3",
        "translation: expected one input, found 6 x 5 x 3 and 6 x 5 x 3",
        "jitter: expected one input, found ",
        "spectral image: expected a spectrum of 24 x 5 x 2, found 6 x 5 x 3",
        "channel padding: expected at most 3 channels, found 6 x 5 x 4",
        "channel padding: expected one input, found 6 x 5 x 3 and 6 x 5 x 4",
    ];
    assert_eq!(found, expected);
    // Nothing of all that was added.
    assert_eq!(graph.add(Relu, &[image]).map(|node| graph.inputs(node)[0]), Ok(image));
}

#[test]
fn an_operation_has_its_name() {
    let weights = Convolution::new(vec![1.0], (1, 1), Sliding::square(1, 1, 0), None).unwrap();
    let operations: [&dyn Operation; 17] = [
        &Add,
        &BatchNorm::new(vec![], vec![]).unwrap(),
        &weights,
        &GlobalAveragePool,
        &Input { shape: Shape::new(1, 1, 1) },
        &Jitter::below(1),
        &Linear::new(&[], &[], 1).unwrap(),
        &MaxPool::new(Sliding::square(1, 1, 0)),
        &Normalise::imagenet(),
        &ReflectPad::new(1),
        &Relu,
        &Resize::new((1, 1), Alignment::Corners),
        &Rotate::within(1),
        &SpectralImage::new(1, 1),
        &Translate::zero_pad((1, 1), (0, 0)),
        &Translate::center_crop((1, 1), (1, 1)),
        &PadChannels::new(1, 0, 1),
    ];
    let expected = [
        "addition",
        "batch norm",
        "convolution",
        "global average pooling",
        "input",
        "jitter",
        "fully connected layer",
        "max pooling",
        "normalisation",
        "reflection padding",
        "relu",
        "resizing",
        "rotation",
        "spectral image",
        "translation",
        "translation",
        "channel padding",
    ];
    assert_eq!(operations.map(Operation::name), expected);
}

#[test]
fn weights_that_do_not_fit_together_are_refused() {
    let sliding = Sliding { kernel: (2, 3), stride: (1, 1), padding: (0, 0) };
    let convolution = |weights: usize, bias: Option<usize>| {
        let bias = bias.map(|b| vec![0.0; b]);
        Convolution::new(vec![0.0; weights], (5, 4), sliding, bias).map(drop)
    };
    assert_eq!([convolution(120, None), convolution(120, Some(5))], [Ok(()), Ok(())]);
    let said = |result: Result<(), autodiff::GraphError>| result.unwrap_err().to_string();
    assert_eq!(said(convolution(119, None)), "convolution: expected 120 weights and 5 biases, found 119 and 5");
    assert_eq!(said(convolution(120, Some(4))), "convolution: expected 120 weights and 5 biases, found 120 and 4");
    let grouped = |weights: usize, groups: usize| {
        let channels = Channels { inputs: 4, outputs: 6, groups };
        Convolution::grouped(vec![0.0; weights], channels, sliding, None).map(drop)
    };
    assert_eq!(grouped(72, 2), Ok(()));
    assert_eq!(said(grouped(144, 2)), "convolution: expected 72 weights and 6 biases, found 144 and 6");
    for groups in [0, 3, 4] {
        let expected =
            format!("convolution: expected groups that divide 4 input and 6 output channels, found {groups}");
        assert_eq!(said(grouped(48, groups)), expected);
    }
    let norm = BatchNorm::new(vec![1.0; 3], vec![1.0; 2]).map(drop);
    assert_eq!(said(norm), "batch norm: expected as many shifts as scales, found 2 and 3");
    for wrong in 1..4 {
        let mut lengths = [3; 4];
        lengths[wrong] = 2;
        let of = |i: usize| &[1.0; 3][..lengths[i]];
        let statistics = BatchNormStatistics { gamma: of(0), beta: of(1), mean: of(2), variance: of(3), epsilon: 1e-5 };
        let norm = BatchNorm::from_statistics(&statistics).map(drop);
        let [_, beta, mean, variance] = lengths;
        let expected = format!("batch norm: expected 3 values of each statistic, found {beta}, {mean} and {variance}");
        assert_eq!(said(norm), expected);
    }
    let linear = Linear::new(&[0.0; 7], &[0.0; 2], 4).map(drop);
    assert_eq!(said(linear), "fully connected layer: expected 4 x 2 weights, found 7");
}

#[test]
fn a_batch_norm_says_its_scale_and_shift() {
    let norm = BatchNorm::new(vec![2.0, 3.0], vec![5.0, 7.0]).unwrap();
    assert_eq!((norm.scale(), norm.shift()), (&[2.0, 3.0][..], &[5.0, 7.0][..]));
    // gamma / sqrt(variance + epsilon), beta - mean times that.
    let statistics = BatchNormStatistics { gamma: &[6.0], beta: &[1.0], mean: &[10.0], variance: &[3.0], epsilon: 1.0 };
    let norm = BatchNorm::from_statistics(&statistics).unwrap();
    assert_eq!((norm.scale(), norm.shift()), (&[3.0][..], &[-29.0][..]));
}

#[test]
fn a_plan_of_a_region_that_is_empty_or_reaches_outside_is_refused() {
    let Inputs { mut graph, image, .. } = inputs();
    let node = graph.add(Relu, &[image]).unwrap();
    let shape = graph.shape(node);
    for region in [
        Region::EMPTY,
        Region::between(2, 2, 2, 4),
        Region::between(-1, 0, 2, 2),
        Region::between(0, -1, 2, 2),
        Region::between(5, 0, 7, 2),
        Region::between(0, 4, 2, 6),
    ] {
        let wanted = Wanted { node, region };
        let expected = PlanError::Outside { region, shape };
        assert_eq!(Plan::forward(&graph, &[wanted]).map(drop), Err(expected.clone()));
        // Also where another one is inside, and for an objective.
        let fine = Wanted::whole(&graph, node);
        assert_eq!(Plan::forward(&graph, &[fine, wanted]).map(drop), Err(expected.clone()));
        assert_eq!(Plan::with_gradients(&graph, wanted, &[image]).map(drop), Err(expected.clone()));
        let said = expected.to_string();
        assert!(said.ends_with("of a map of 6 x 5 x 3: expected a region inside it"), "{said}");
    }
    let edge = Wanted { node, region: Region::between(5, 4, 6, 5) };
    assert!(Plan::forward(&graph, &[edge]).is_ok());
}

#[test]
fn a_gradient_by_what_does_not_influence_the_objective_is_refused() {
    let Inputs { mut graph, image, other, .. } = inputs();
    let node = graph.add(Relu, &[image]).unwrap();
    let wanted = Wanted::whole(&graph, node);
    let refused = Plan::with_gradients(&graph, wanted, &[image, other]).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "a plan asks for the gradient by an input of 6 x 5 x 3, which the objective does not depend on"
    );
    assert!(Plan::with_gradients(&graph, wanted, &[image]).is_ok());
    // Neither does what comes later.
    let later = graph.add(Relu, &[node]).unwrap();
    assert!(Plan::with_gradients(&graph, wanted, &[later]).is_err());
}

#[test]
fn an_algorithm_is_found_by_its_name_alone() {
    assert_eq!(Algorithm::ALL.map(Algorithm::name), ["direct", "winograd"]);
    assert_eq!(Algorithm::default(), Algorithm::Direct);
    for algorithm in Algorithm::ALL {
        assert_eq!(algorithm.to_string(), algorithm.name());
        assert_eq!(algorithm.name().parse(), Ok(algorithm));
    }
    for wrong in ["", "Direct", "winograd "] {
        let said = wrong.parse::<Algorithm>().unwrap_err();
        assert_eq!(said, format!("'{wrong}' is no way to compute convolutions: expected direct or winograd"));
    }
}

#[test]
fn winograds_tiles_are_for_3_x_3_at_stride_1_and_for_winograd_alone() {
    let tile = |kernel: usize, stride, channels: usize, algorithm| {
        let weights = vec![0.0; channels * channels * kernel * kernel];
        let sliding = Sliding::square(kernel, stride, kernel / 2);
        let convolution = Convolution::new(weights, (channels, channels), sliding, None).unwrap();
        convolution.computed(algorithm).tile().is_some()
    };
    assert!(tile(3, 1, 32, Algorithm::Winograd));
    assert!(!tile(3, 1, 32, Algorithm::Direct));
    assert!(!tile(3, 2, 32, Algorithm::Winograd));
    assert!(!tile(1, 1, 32, Algorithm::Winograd));
    assert!(!tile(5, 1, 32, Algorithm::Winograd));
}
