//! Pictures as pixels: read, turned upright, made small, and written anew. What is written holds the pixels and nothing else.

use std::io::Cursor;

use image_webp::WebPDecoder;
use jpeg_encoder::{ColorType, Encoder};
use png::{BitDepth, Compression, Decoder, Limits, Transformations};
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

use super::{
    clean::{PIXELS_MAX, SIDE_MAX, Unfit},
    metadata::Orientation,
};

/// What a decoder may take beside the pixels themselves.
const WORK_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How many passes a progressive JPEG may have: each goes over all of it.
const SCANS_MAX: usize = 64;

/// A picture, row by row, in 8-bit sRGB.
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    /// 3, or 4 with transparency.
    channels: usize,
    pixels: Vec<u8>,
}

/// Lets a picture be decoded that is not too large.
fn admit(width: usize, height: usize) -> Result<(), Unfit> {
    match width.checked_mul(height) {
        Some(0) => Err(Unfit::Broken),
        Some(pixels) if pixels <= PIXELS_MAX && width.max(height) <= SIDE_MAX => Ok(()),
        _ => Err(Unfit::Pixels),
    }
}

fn broken<E>(_: E) -> Unfit {
    Unfit::Broken
}

impl Picture {
    /// Reads a JPEG (ISO/IEC 10918-1). One that ends too early is broken.
    pub(super) fn of_jpeg(bytes: &[u8]) -> Result<Picture, Unfit> {
        let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB).jpeg_set_max_scans(SCANS_MAX);
        let options = options.set_max_width(usize::from(u16::MAX)).set_max_height(usize::from(u16::MAX)).set_strict_mode(true);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
        decoder.decode_headers().map_err(broken)?;
        let (width, height) = decoder.dimensions().ok_or(Unfit::Broken)?;
        admit(width, height)?;
        let orientation = decoder.exif().map(|exif| Orientation::of_exif(exif)).unwrap_or_default();
        let pixels = decoder.decode().map_err(broken)?;
        Picture { width, height, channels: 3, pixels }.checked()?.turned(orientation)
    }

    /// Reads a PNG (ISO/IEC 15948); of one that moves, the picture that stands.
    pub(super) fn of_png(bytes: &[u8]) -> Result<Picture, Unfit> {
        let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: WORK_BYTES_MAX });
        decoder.set_transformations(Transformations::normalize_to_color8());
        decoder.set_ignore_text_chunk(true);
        decoder.set_ignore_iccp_chunk(true);
        let info = decoder.read_header_info().map_err(broken)?;
        let (width, height) = (info.width as usize, info.height as usize);
        admit(width, height)?;
        let mut reader = decoder.read_info().map_err(broken)?;
        let orientation = reader.info().exif_metadata.as_deref().map(Orientation::of_exif).unwrap_or_default();
        let mut pixels = vec![0; reader.output_buffer_size().ok_or(Unfit::Pixels)?];
        let frame = reader.next_frame(&mut pixels).map_err(broken)?;
        pixels.truncate(frame.buffer_size());
        let (channels, pixels) = match frame.color_type {
            png::ColorType::Rgb => (3, pixels),
            png::ColorType::Rgba => (4, pixels),
            png::ColorType::Grayscale => (3, pixels.iter().flat_map(|gray| [*gray; 3]).collect()),
            png::ColorType::GrayscaleAlpha => (4, pixels.chunks_exact(2).flat_map(|pair| [pair[0], pair[0], pair[0], pair[1]]).collect()),
            png::ColorType::Indexed => return Err(Unfit::Broken),
        };
        Picture { width, height, channels, pixels }.checked()?.turned(orientation)
    }

    /// Reads a WebP (RFC 9649); of one that moves, the first picture.
    pub(super) fn of_webp(bytes: &[u8]) -> Result<Picture, Unfit> {
        let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(broken)?;
        decoder.set_memory_limit(WORK_BYTES_MAX);
        let (width, height) = decoder.dimensions();
        let (width, height) = (width as usize, height as usize);
        admit(width, height)?;
        let orientation = decoder.exif_metadata().ok().flatten().map(|exif| Orientation::of_exif(&exif)).unwrap_or_default();
        let mut pixels = vec![0; decoder.output_buffer_size().ok_or(Unfit::Pixels)?];
        decoder.read_image(&mut pixels).map_err(broken)?;
        let channels = if decoder.has_alpha() { 4 } else { 3 };
        Picture { width, height, channels, pixels }.checked()?.turned(orientation)
    }

    /// A decoder that gave other pixels than it said is not believed.
    fn checked(self) -> Result<Picture, Unfit> {
        if self.pixels.len() == self.width * self.height * self.channels { Ok(self) } else { Err(Unfit::Broken) }
    }

    /// Whether something of it can be seen through.
    pub(super) fn is_transparent(&self) -> bool {
        self.channels == 4 && self.pixels.chunks_exact(4).any(|pixel| pixel[3] < u8::MAX)
    }

    fn turned(self, orientation: Orientation) -> Result<Picture, Unfit> {
        if orientation == Orientation::default() {
            return Ok(self);
        }
        let Picture { width, height, channels, pixels } = &self;
        let (wide, high) = if orientation.transposed { (*height, *width) } else { (*width, *height) };
        let mut turned = Vec::with_capacity(pixels.len());
        for row in 0..high {
            let row = if orientation.flipped { high - 1 - row } else { row };
            for column in 0..wide {
                let column = if orientation.mirrored { wide - 1 - column } else { column };
                let (x, y) = if orientation.transposed { (row, column) } else { (column, row) };
                let at = (y * width + x) * channels;
                turned.extend_from_slice(&pixels[at..at + channels]);
            }
        }
        Picture { width: wide, height: high, channels: *channels, pixels: turned }.checked()
    }

    /// The same in a square of so many pixels, each the mean of those that it stands for; as it is, when it is small already.
    pub(super) fn shrunk(&self, side: usize) -> Picture {
        let longest = self.width.max(self.height);
        let scaled = |length: usize| if longest <= side { length } else { (length * side / longest).max(1) };
        let (width, height) = (scaled(self.width), scaled(self.height));
        let mut pixels = Vec::with_capacity(width * height * self.channels);
        for y in 0..height {
            let rows = y * self.height / height..((y + 1) * self.height / height).max(y * self.height / height + 1);
            for x in 0..width {
                let columns = x * self.width / width..((x + 1) * self.width / width).max(x * self.width / width + 1);
                let mut sums = [0_u64; 4];
                for row in rows.clone() {
                    let (from, to) = (row * self.width + columns.start, row * self.width + columns.end);
                    for pixel in self.pixels[from * self.channels..to * self.channels].chunks_exact(self.channels) {
                        sums.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += u64::from(*value));
                    }
                }
                let count = (rows.len() * columns.len()) as u64;
                pixels.extend(sums[..self.channels].iter().map(|sum| u8::try_from(sum / count).unwrap_or(u8::MAX)));
            }
        }
        Picture { width, height, channels: self.channels, pixels }
    }

    /// The same on white.
    pub(super) fn opaque(self) -> Picture {
        if self.channels == 3 {
            return self;
        }
        let on_white = |value: u8, alpha: u8| {
            let (value, alpha) = (u32::from(value), u32::from(alpha));
            u8::try_from((value * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        };
        let mut pixels = Vec::with_capacity(self.width * self.height * 3);
        for pixel in self.pixels.chunks_exact(4) {
            pixels.extend(pixel[..3].iter().map(|value| on_white(*value, pixel[3])));
        }
        Picture { channels: 3, pixels, ..self }
    }

    /// Writes a JPEG; `quality` is 1 to 100. Of what can be seen through, the colours are written.
    pub(super) fn jpeg(&self, quality: u8) -> Result<Vec<u8>, Unfit> {
        let mut bytes = Vec::new();
        let side = |length: usize| u16::try_from(length).map_err(|_| Unfit::Pixels);
        let color = if self.channels == 4 { ColorType::Rgba } else { ColorType::Rgb };
        Encoder::new(&mut bytes, quality).encode(&self.pixels, side(self.width)?, side(self.height)?, color).map_err(broken)?;
        Ok(bytes)
    }

    /// Writes a PNG.
    pub(super) fn png(&self) -> Result<Vec<u8>, Unfit> {
        let mut bytes = Vec::new();
        let side = |length: usize| u32::try_from(length).map_err(|_| Unfit::Pixels);
        let mut encoder = png::Encoder::new(&mut bytes, side(self.width)?, side(self.height)?);
        encoder.set_color(if self.channels == 4 { png::ColorType::Rgba } else { png::ColorType::Rgb });
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::Balanced);
        let mut writer = encoder.write_header().map_err(broken)?;
        writer.write_image_data(&self.pixels).map_err(broken)?;
        writer.finish().map_err(broken)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_turned_as_its_camera_says() {
        // Which corner of the picture as it is stored stands in the upper left, upper right and lower left corner.
        for (number, corners) in [(1_u8, "abc"), (2, "bad"), (3, "dcb"), (4, "cda"), (5, "acb"), (6, "cad"), (7, "dbc"), (8, "bda")] {
            let exif = [b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(), &[number, 0], &[0; 6]].concat();
            let pixels = b"aaa---bbb---------ccc---ddd".to_vec();
            let stored = Picture { width: 3, height: 3, channels: 3, pixels };
            let turned = stored.turned(Orientation::of_exif(&exif)).unwrap();
            let corner = |at: usize| char::from(turned.pixels[at * 3]);
            assert_eq!([corner(0), corner(2), corner(6)].iter().collect::<String>(), corners, "{number}");
        }
    }

    #[test]
    fn what_can_be_seen_through_becomes_white() {
        let glass = Picture { width: 3, height: 1, channels: 4, pixels: vec![0, 0, 0, 0, 10, 20, 30, 255, 0, 0, 0, 128] };
        assert!(glass.is_transparent());
        assert_eq!(glass.opaque().pixels, [255, 255, 255, 10, 20, 30, 127, 127, 127]);
    }
}
