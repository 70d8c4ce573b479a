/* A JPEG decoded in bands, as Android's region decoder does it with the same library: for each band
 * from the file's beginning, what lies above passed over, into four bytes a pixel.
 *   bands FILE ROWS   -> seconds of a core, the process's most resident
 *                        memory in KiB, a sum of the colours */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jpeglib.h>

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return at.tv_sec + at.tv_nsec / 1e9;
}

/* Not by getrusage, which begins with what the process that started this one had. */
static long most_kib(void) {
    char line[128];
    long kib = 0;
    FILE *stream = fopen("/proc/self/status", "r");
    while (stream && fgets(line, sizeof line, stream)) {
        if (sscanf(line, "VmHWM: %ld", &kib) == 1) {
            break;
        }
    }
    if (stream) {
        fclose(stream);
    }
    return kib;
}

static unsigned long sum = 14695981039346656037ul; /* FNV-1a, four bytes at a time */

/* Gives the height of the picture. */
static unsigned band(const unsigned char *file, size_t size, unsigned top, unsigned rows) {
    struct jpeg_decompress_struct picture;
    struct jpeg_error_mgr errors;
    picture.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&picture);
    jpeg_mem_src(&picture, (unsigned char *) file, size);
    jpeg_read_header(&picture, TRUE);
    picture.out_color_space = JCS_EXT_RGBA;
    jpeg_start_decompress(&picture);
    unsigned height = picture.output_height, end = top + rows < height ? top + rows : height;
    size_t line = (size_t) picture.output_width * 4;
    unsigned char *colours = malloc(line * (end - top));
    if (!colours) {
        fputs("no memory for a band\n", stderr);
        exit(1);
    }
    jpeg_skip_scanlines(&picture, top);
    while (picture.output_scanline < end) {
        JSAMPROW row = colours + line * (picture.output_scanline - top);
        jpeg_read_scanlines(&picture, &row, 1);
    }
    for (size_t at = 0; at < line * (end - top); at += 4) {
        unsigned colour;
        memcpy(&colour, colours + at, 4);
        sum = (sum ^ colour) * 1099511628211ul;
    }
    jpeg_abort_decompress(&picture);
    jpeg_destroy_decompress(&picture);
    free(colours);
    return height;
}

int main(int count, char **words) {
    unsigned rows = count == 3 ? atoi(words[2]) : 0;
    FILE *stream = rows ? fopen(words[1], "rb") : NULL;
    if (!stream) {
        fputs("usage: bands FILE ROWS\n", stderr);
        return 2;
    }
    fseek(stream, 0, SEEK_END);
    size_t size = ftell(stream);
    rewind(stream);
    unsigned char *file = malloc(size);
    if (!file || fread(file, 1, size, stream) != size) {
        return 1;
    }
    double begun = now();
    for (unsigned top = 0, height = 1; top < height; top += rows) {
        height = band(file, size, top, rows);
    }
    printf("%.2f %ld %016lx\n", now() - begun, most_kib(), sum);
    return 0;
}
