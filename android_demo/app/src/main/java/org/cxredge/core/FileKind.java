package org.cxredge.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The kind of file that was refused, as a key of an app's texts and the values in them.
 *
 * <p>Readers say it in English, which command lines and logs show as it is. Here is the list of
 * all that they say: a test reads their sources, so that no refusal is without a key.
 */
public final class FileKind {
    /** The key of a name that is the same in every language: the value is all there is to say. */
    public static final String NAME = "kind_name";

    // What a reader says, with % for a value; the key; and for NAME the name.
    private static final String[][] KNOWN = {
        {"a GIF", NAME, "GIF"},
        {"a PostScript file (EPS)", NAME, "PostScript, EPS"},
        {"a PDF", NAME, "PDF"},
        {"a Photoshop file", NAME, "Photoshop"},
        {"a FITS file", NAME, "FITS"},
        {"a JPEG 2000 picture", NAME, "JPEG 2000"},
        {"a JPEG XL picture", NAME, "JPEG XL"},
        {"a DirectDraw surface", NAME, "DirectDraw Surface"},
        {"an HDF5 file", NAME, "HDF5"},
        {"a GRIB file", NAME, "GRIB"},
        {"an X bitmap", NAME, "X BitMap"},
        {"a Sun raster", NAME, "Sun Raster"},
        {"an SGI picture", NAME, "SGI"},
        {"a QOI picture", NAME, "QOI"},
        {"BigTIFF", NAME, "BigTIFF"},
        {"JPEG", NAME, "JPEG"},
        {"WebP", NAME, "WebP"},
        {"an icon", "kind_icon"},
        {"a Windows metafile", "kind_metafile"},
        {"a gzip archive", "kind_gzip"},
        {"a ZIP archive", "kind_zip"},
        {"XML (SVG or a page)", "kind_xml"},
        {"a video, HEIC or AVIF", "kind_video"},
        {"a PGM or PBM that is not of bytes (P5, P6)", "kind_pnm_plain"},
        {"a PPM of 16 bits in colour", "kind_ppm_wide"},
        {"a TIFF of packing %", "kind_tiff_packing"},
        {"a TIFF whose tiles are far larger than its picture", "kind_tiff_tiles"},
        {"a TIFF of % x % bits, kind %, packing %", "kind_tiff_pixels"},
        {"a BMP of % bits, packing %", "kind_bmp"},
        {"a BMP of % bits in black and white alone", "kind_bmp_bilevel"},
        {"a PNG of 16 bits in colour or with transparency", "kind_png_wide"},
        {"a JPEG of % scans, built to take long", "kind_jpeg_scans"},
        {"DICOM with a modality table", "kind_dicom_modality"},
        {"DICOM whose VOI table is of no kind there is", "kind_dicom_voi"},
        {"DICOM in the coding %", "kind_dicom_coding"},
        {"DICOM without a picture", "kind_dicom_empty"},
        {"DICOM with % frames", "kind_dicom_frames"},
        {"DICOM of the kind %, % bits", "kind_dicom_pixels"},
        {"DICOM of % bits a pixel", "kind_dicom_bits"},
        {"DICOM with a number beyond sense", "kind_dicom_number"},
    };
    /** Every key but that of a name, so that a test can see that each language has them. */
    public static final Set<String> KEYS = keys();

    public final String key;
    private final List<String> values;

    private FileKind(String key, List<String> values) {
        this.key = key;
        this.values = values;
    }

    /** For `Resources.getString(id, values)` or `String.format`: texts, whatever they stand for. */
    public Object[] values() {
        return values.toArray();
    }

    /** Null for what stands on no list. */
    static FileKind of(String said) {
        for (String[] one : KNOWN) {
            Matcher match = pattern(one[0]).matcher(said);
            if (match.matches()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= match.groupCount(); i++) {
                    values.add(match.group(i));
                }
                if (one.length > 2) {
                    values.add(one[2]);
                }
                return new FileKind(one[1], values);
            }
        }
        return null;
    }

    private static Pattern pattern(String said) {
        return Pattern.compile("\\Q" + said.replace("%", "\\E(.+?)\\Q") + "\\E");
    }

    private static Set<String> keys() {
        Set<String> found = new LinkedHashSet<>();
        for (String[] one : KNOWN) {
            found.add(one[1]);
        }
        found.remove(NAME);
        return Collections.unmodifiableSet(found);
    }
}
