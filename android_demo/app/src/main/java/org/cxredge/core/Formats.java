package org.cxredge.core;

import org.cxredge.core.ReadException.Why;

/** Which format a file is in, told from its first bytes: `edge_runtime/formats.py`. */
enum Formats {
    PNG, JPEG, TIFF, BMP, PNM, WEBP, DICOM;

    // What a file of another kind begins with, and its name.
    private static final String[][] FOREIGN = {
        {"GIF8", "a GIF"},
        {"%!PS", "a PostScript file (EPS)"},
        {"\u00c5\u00d0\u00d3\u00c6", "a PostScript file (EPS)"},
        {"%PDF", "a PDF"},
        {"8BPS", "a Photoshop file"},
        {"\0\0\1\0", "an icon"},
        {"\0\0\2\0", "an icon"},
        {"icns", "an icon"},
        {"\u00d7\u00cd\u00c6\u009a", "a Windows metafile"},
        {"\1\0\11\0", "a Windows metafile"},
        {"\1\0\0\0", "a Windows metafile"},
        {"SIMPLE", "a FITS file"},
        {"\0\0\0\14jP  ", "a JPEG 2000 picture"},
        {"\u00ff\u004f\u00ff\u0051", "a JPEG 2000 picture"},
        {"\0\0\0\14JXL ", "a JPEG XL picture"},
        {"\u00ff\n", "a JPEG XL picture"},
        {"DDS ", "a DirectDraw surface"},
        {"\u0089HDF", "an HDF5 file"},
        {"GRIB", "a GRIB file"},
        {"\37\u008b", "a gzip archive"},
        {"PK\3\4", "a ZIP archive"},
        {"PK\5\6", "a ZIP archive"},
        {"#define", "an X bitmap"},
        {"/* XPM */", "an X bitmap"},
        {"\u0059\u00a6\u006a\u0095", "a Sun raster"},
        {"\1\u00da", "an SGI picture"},
        {"qoif", "a QOI picture"},
        {"<?xml", "XML (SVG or a page)"},
        {"<svg", "XML (SVG or a page)"},
        {"<!DOCTYPE", "XML (SVG or a page)"},
        {"<html", "XML (SVG or a page)"},
    };

    /** The format; refuses every other by its name where it has one. */
    static Formats of(Bytes file) throws ReadException {
        if (file.size == 0) {
            throw new ReadException(Why.EMPTY, "");
        }
        if (file.has(128, "DICM")) {
            return DICOM;
        }
        if (file.has(0, "\u0089PNG\r\n\32\n")) {
            return PNG;
        }
        if (file.has(0, "\u00ff\u00d8\u00ff")) {
            return JPEG;
        }
        if (file.has(0, "II*\0") || file.has(0, "MM\0*")) {
            return TIFF;
        }
        if (file.has(0, "II+\0") || file.has(0, "MM\0+")) {
            throw ReadException.unsupported("BigTIFF");
        }
        if (file.has(0, "BM")) {
            return BMP;
        }
        if (file.has(0, "P") && file.size > 1 && file.u8(1) >= '1' && file.u8(1) <= '6') {
            return PNM;
        }
        if (file.has(0, "RIFF") && file.has(8, "WEBP")) {
            return WEBP;
        }
        for (String[] one : FOREIGN) {
            if (file.has(0, one[0])) {
                throw new ReadException(Why.FOREIGN, one[1]);
            }
        }
        if (file.has(4, "ftyp")) {
            throw new ReadException(Why.FOREIGN, "a video, HEIC or AVIF");
        }
        throw new ReadException(Why.NOT_A_PICTURE, "");
    }
}
