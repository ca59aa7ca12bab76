//! A decoded picture: made as small as a badge needs it, and turned upright.

use super::exif::Orientation;

/// Red, green, blue and opacity.
pub(super) type Pixel = [u8; 4];

/// Longest side of a PNG that is made of another picture: what the largest displays of badges show. A photograph takes many times
/// the bytes as a PNG, and every credential of the badge is baked into it.
pub(super) const MAX_SIDE: usize = 1024;

/// A picture, row by row from the top.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pixels {
    /// Pixels of a row.
    pub width: usize,
    /// All of them: at least one row.
    pub pixels: Vec<Pixel>,
}

impl Pixels {
    /// How many rows there are.
    pub(super) fn height(&self) -> usize {
        self.pixels.len() / self.width.max(1)
    }

    /// The picture with [`MAX_SIDE`] pixels a side at most: made smaller by the least whole factor that does it, each pixel the mean
    /// of a square.
    pub(super) fn reduced(self) -> Self {
        let factor = self.width.max(self.height()).div_ceil(MAX_SIDE);
        if factor <= 1 {
            return self;
        }
        let width = self.width.div_ceil(factor);
        let mut pixels = Vec::with_capacity(width * self.height().div_ceil(factor));
        for rows in self.pixels.chunks(self.width * factor) {
            for column in 0..width {
                let rows = rows.chunks(self.width);
                pixels.push(mean(rows.flat_map(|row| row.iter().skip(column * factor).take(factor))));
            }
        }
        Self { width, pixels }
    }

    /// The picture as its camera saw it.
    pub(super) fn upright(self, orientation: Orientation) -> Self {
        if orientation == Orientation::default() {
            return self;
        }
        let (width, height) =
            if orientation.exchanges { (self.height(), self.width) } else { (self.width, self.height()) };
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for y in 0..height {
            let y = if orientation.mirrors_y { height - 1 - y } else { y };
            for x in 0..width {
                let x = if orientation.mirrors_x { width - 1 - x } else { x };
                let at = if orientation.exchanges { x * self.width + y } else { y * self.width + x };
                pixels.extend(self.pixels.get(at));
            }
        }
        Self { width, pixels }
    }
}

/// The mean of some pixels: of their colours by how much of each is seen.
fn mean<'a>(pixels: impl Iterator<Item = &'a Pixel>) -> Pixel {
    let (mut colours, mut opacities, mut count) = ([0_u32; 3], 0_u32, 0_u32);
    for &[red, green, blue, opacity] in pixels {
        let opacity = u32::from(opacity);
        for (sum, colour) in colours.iter_mut().zip([red, green, blue]) {
            *sum += u32::from(colour) * opacity;
        }
        opacities += opacity;
        count += 1;
    }
    let [red, green, blue] = colours.map(|sum| quotient(sum, opacities));
    [red, green, blue, quotient(opacities, count)]
}

/// A quotient of which it is known that it fits, rounded; nothing of nothing is nothing.
fn quotient(sum: u32, count: u32) -> u8 {
    (sum + count / 2).checked_div(count).and_then(|quotient| u8::try_from(quotient).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Pixel = [10, 0, 0, 255];
    const B: Pixel = [20, 0, 0, 255];
    const C: Pixel = [30, 0, 0, 255];
    const D: Pixel = [40, 0, 0, 255];
    const E: Pixel = [50, 0, 0, 255];
    const F: Pixel = [60, 0, 0, 255];

    #[test]
    fn a_picture_is_turned_as_its_orientation_says() {
        // ABC
        // DEF
        for (exchanges, mirrors_x, mirrors_y, width, expected) in [
            (false, false, false, 3, [A, B, C, D, E, F]),
            (false, true, false, 3, [C, B, A, F, E, D]),
            (false, true, true, 3, [F, E, D, C, B, A]),
            (false, false, true, 3, [D, E, F, A, B, C]),
            (true, false, false, 2, [A, D, B, E, C, F]),
            (true, true, false, 2, [D, A, E, B, F, C]),
            (true, true, true, 2, [F, C, E, B, D, A]),
            (true, false, true, 2, [C, F, B, E, A, D]),
        ] {
            let picture = Pixels { width: 3, pixels: vec![A, B, C, D, E, F] };
            let turned = picture.upright(Orientation { exchanges, mirrors_x, mirrors_y });
            assert_eq!(turned, Pixels { width, pixels: expected.to_vec() });
        }
    }

    #[test]
    fn what_is_larger_becomes_smaller_by_a_whole_factor() {
        for (width, height, smaller_width, smaller_height) in
            [(1024, 1, 1024, 1), (1025, 1, 513, 1), (1, 1025, 1, 513), (2048, 2048, 1024, 1024), (4096, 10, 1024, 3)]
        {
            let reduced = Pixels { width, pixels: vec![B; width * height] }.reduced();
            assert_eq!(reduced, Pixels { width: smaller_width, pixels: vec![B; smaller_width * smaller_height] });
        }
    }

    #[test]
    fn each_pixel_is_the_mean_of_its_square_as_far_as_the_picture_goes() {
        let pixels = (0..3).flat_map(|y| (0..1500).map(move |x| [u8::try_from(x % 200 + 10 * y).unwrap(), 0, 0, 255]));
        let reduced = Pixels { width: 1500, pixels: pixels.collect() }.reduced();
        assert_eq!((reduced.width, reduced.height()), (750, 2));
        assert_eq!((reduced.pixels[0], reduced.pixels[750]), ([6, 0, 0, 255], [21, 0, 0, 255]));
    }

    #[test]
    fn what_is_not_seen_colours_nothing() {
        assert_eq!(mean([[200, 100, 50, 255], [0, 0, 0, 0]].iter()), [200, 100, 50, 128]);
        assert_eq!(mean([[9, 9, 9, 0]].iter()), [0, 0, 0, 0]);
        assert_eq!(mean([].iter()), [0, 0, 0, 0]);
    }
}
