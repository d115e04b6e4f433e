//! Shapes, regions and where things are moved to.

use autodiff::ops::{Draw, Input, Jitter, MaxPool, Normalise, Operation, Rotate, Translate};
use autodiff::{Graph, Isa, NodeId, Region, Shape, Sliding, Wanted};
use testkit::assert_same_bits;

/// What an operation makes of a whole map.
fn value(operation: impl Operation + 'static, draw: Draw, shape: Shape, x: &[f32]) -> (Shape, Vec<f32>) {
    let mut graph = Graph::new();
    let input = graph.add(Input { shape }, &[]).unwrap();
    let node = graph.add(operation, &[input]).unwrap();
    let (given, draws) = ([(input, x)], [(node, draw)]);
    let evaluation = graph.evaluate(Wanted::whole(&graph, node), &given).with_draws(&draws);
    (graph.shape(node), evaluation.value(Isa::best()).unwrap())
}

/// Values that say where they are: 100 times the row plus the column, both from one.
fn numbered(height: usize, width: usize) -> Vec<f32> {
    let value = |i: usize| (100 * (i / width + 1) + i % width + 1) as f32;
    (0..height * width).map(value).collect()
}

#[test]
fn the_center_is_half_of_each_size_rounded_down() {
    for (height, width, center) in [(7, 7, (3, 3)), (8, 5, (4, 2)), (1, 2, (0, 1))] {
        let shape = Shape::new(height, width, 4);
        assert_eq!(shape.center(), Region::position(center.0, center.1));
        assert_eq!(shape.region(), Region::whole(height, width));
        assert_eq!(shape.len(), height * width * 4);
        assert_eq!(shape.to_string(), format!("{height} x {width} x 4"));
    }
    assert!(Shape::new(3, 0, 2).is_empty() && !Shape::new(1, 1, 1).is_empty());
}

#[test]
fn a_receptive_field_is_empty_where_a_node_does_not_depend_on_another() {
    let mut graph = Graph::new();
    let shape = Shape::new(20, 30, 1);
    let [image, other] = [0, 1].map(|_| graph.add(Input { shape }, &[]).unwrap());
    let sliding = Sliding { kernel: (3, 5), stride: (2, 1), padding: (1, 2) };
    let first = graph.add(MaxPool::new(sliding), &[image]).unwrap();
    let second = graph.add(MaxPool::new(sliding), &[first]).unwrap();
    let at = Region::position(2, 10);
    let field = |node, input: NodeId| graph.receptive_field(node, at, input);
    // Rows 2 * 2 - 1 .. + 3 of the first, then 2 * 3 - 1 up to 2 * 5 - 1 + 3 of the image; columns 10 - 2 - 2 .. + 9.
    assert_eq!(field(second, first), Region::between(3, 8, 6, 13));
    assert_eq!(field(second, image), Region::between(5, 6, 12, 15));
    assert_eq!(field(second, second), at);
    assert!(field(second, other).is_empty());
    // Nor on what comes later.
    assert!(field(first, second).is_empty());
    assert_eq!(graph.inputs(second), [first]);
    // At the corner the padding belongs to it.
    let corner = graph.receptive_field(first, Region::position(0, 0), image);
    assert_eq!(corner, Region::between(-1, -2, 2, 3));
}

#[test]
fn a_central_crop_begins_at_half_of_what_is_left_over_rounded_to_even() {
    // Python's round(): 0.5 to 0, 1.5 to 2, 2.5 to 2, 3.5 to 4.
    for (surplus, offset) in [0, 0, 1, 2, 2, 2, 3, 4, 4].into_iter().enumerate() {
        let (height, width) = (3 + surplus, 2);
        let crop = Translate::center_crop((height, width), (3, width));
        let (shape, rows) = value(crop, Draw::None, Shape::new(height, width, 1), &numbered(height, width));
        assert_eq!((shape.height, shape.width), (3, 2));
        let first = |at: usize| (100 * (offset + at + 1)) as f32;
        let expected: Vec<f32> = (0..3).flat_map(|at| [first(at) + 1.0, first(at) + 2.0]).collect();
        assert_eq!(rows, expected, "{surplus} rows too many");
        // The same for columns.
        let crop = Translate::center_crop((1, height), (1, 3));
        let (_, columns) = value(crop, Draw::None, Shape::new(1, height, 1), &numbered(1, height));
        assert_eq!(columns[0], (101 + offset) as f32, "{surplus} columns too many");
    }
}

#[test]
fn jitter_moves_down_and_right_and_not_at_all_unless_drawn() {
    let (shape, map) = (Shape::new(3, 4, 1), numbered(3, 4));
    let jittered = |draw| value(Jitter::below(3), draw, shape, &map).1;
    assert_eq!(jittered(Draw::None), map);
    let expected = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 101.0, 102.0, 0.0, 0.0, 201.0, 202.0];
    assert_eq!(jittered(Draw::Shift(1, 2)), expected);
}

#[test]
fn rotation_is_none_unless_drawn_and_counter_clockwise_as_people_see_it() {
    let shape = Shape::new(9, 9, 3);
    // One bright pixel right of the center.
    let mut map = vec![0.0; shape.len()];
    map[(4 * 9 + 8) * 3] = 1.0;
    let rotated = |draw| value(Rotate::within(20), draw, shape, &map).1;
    assert_same_bits(&rotated(Draw::None), &map, "not drawn");
    assert_same_bits(&rotated(Draw::Degrees(0)), &map, "drawn as nothing");
    // Where its light goes: counter-clockwise is up on the right.
    let light =
        |rows: std::ops::Range<usize>, draw| -> f32 { rotated(draw)[rows.start * 27..rows.end * 27].iter().sum() };
    assert!(light(0..4, Draw::Degrees(20)) > 0.5 && light(5..9, Draw::Degrees(20)) == 0.0);
    assert!(light(5..9, Draw::Degrees(-20)) > 0.5 && light(0..4, Draw::Degrees(-20)) == 0.0);
}

#[test]
#[should_panic(expected = "a rotation by -6 of at most 5 degrees")]
fn a_rotation_beyond_what_may_be_drawn_is_refused() {
    value(Rotate::within(5), Draw::Degrees(-6), Shape::new(4, 4, 3), &[0.0; 48]);
}

#[test]
#[should_panic(expected = "a rotation by 6 of at most 5 degrees")]
fn also_the_other_way() {
    value(Rotate::within(5), Draw::Degrees(6), Shape::new(4, 4, 3), &[0.0; 48]);
}

#[test]
fn colors_are_normalised_by_imagenets_means_and_deviations() {
    let shape = Shape::new(1, 2, 3);
    let (_, found) = value(Normalise::imagenet(), Draw::None, shape, &[0.485, 0.456, 0.406, 1.0, 1.0, 1.0]);
    let of = |mean: f32, std: f32| (1.0 - mean) / std;
    let expected = [0.0, 0.0, 0.0, of(0.485, 0.229), of(0.456, 0.224), of(0.406, 0.225)];
    assert_eq!(found, expected);
}
