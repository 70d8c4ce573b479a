/* Chest films in, one line or one JSON object a film out, as edge-infer does, without Python.
 *
 *     edge_infer --model FILE.tflite [--library libLiteRt.so] [--json] FILM.pgm ...
 *
 * One file, C11 and POSIX, no dependency but libc and LiteRT's shared library, which comes out
 * of a wheel (README.md) and is loaded when the program runs. Its parts, each on its own feet:
 *
 *     messages      one clear line and the right exit status
 *     digests       SHA-256 of the graph, CRC-32 of what lies behind it
 *     JSON          reading the contract; numbers and names as Python writes them
 *     model file    FlatBuffer, ZIP, contract
 *     pixels        film -> uint8[S, S], equal to the bit to edge_runtime/pixels.py
 *     film rules    what is no film
 *     LiteRT        the few calls of its C API
 *     golden        a known film with known outputs, before the first other one
 *     command       arguments, films, answers
 *
 * Research and demonstration only, not a medical device. Licence: Apache-2.0.
 */
#define _POSIX_C_SOURCE 200809L

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DONE = 0, FAILED = 1, USAGE = 2, BROKEN = 3, REFUSED = 4 };

#define NOTICE                                                                                     \
    "Research and demonstration only, not a medical device. The score is a number set against a "  \
    "threshold; it is no diagnosis and no advice."

static const char HELP[] =
    "usage: edge_infer --model FILE [--library FILE] [--json] [--threshold P] FILM ...\n"
    "\n"
    "Give chest films a score against a threshold. A FILM is a PGM (P5) of 8 or 16 bits, a PPM\n"
    "(P6) of 8 bits, or with --raw a file of nothing but grays.\n"
    "\n"
    "  --model FILE      a .tflite file with its contract\n"
    "  --library FILE    LiteRT's library (default: libLiteRt.so beside the program, or where\n"
    "                    the system looks)\n"
    "  --json            JSON Lines: one object a film\n"
    "  --threshold P     another than the contract's (0 to 1)\n"
    "  --raw WxH[:KIND]  films are W * H grays, row by row; KIND is 8, 16le or 16be\n"
    "  --inverted        low values are white (MONOCHROME1)\n"
    "  --pixels S        run no model; one JSON object a film: width, height, colour, SHA-256 of\n"
    "                    the S * S pixels, reason of a refusal\n"
    "  --memory          at the end, the process's peak memory (VmHWM) on stderr\n"
    "  --golden FILE     first run the first golden input: FILE has its S * S grays (README.md)\n"
    "  --version, --help\n"
    "\n" NOTICE "\n"
    "\n"
    "exit status: 0 done; 1 some inputs failed; 2 wrong use; 3 model or library missing or\n"
    "broken; 4 every input was refused. None tells covid from normal.\n";

/* ---- messages ------------------------------------------------------------------------------ */

static char why[512]; /* why a film failed, in words that follow its name */

__attribute__((format(printf, 1, 2))) static bool no(const char *format, ...) {
    va_list values;
    va_start(values, format);
    vsnprintf(why, sizeof why, format, values);
    va_end(values);
    return false;
}

/* Whatever a file's name holds, a message stays one line. */
static void complain(const char *text) {
    fflush(stdout);
    fputs("edge_infer: error: ", stderr);
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        if (*at < 32 || *at == 127)
            fprintf(stderr, "\\x%02x", *at);
        else
            fputc(*at, stderr);
    }
    fputc('\n', stderr);
}

__attribute__((format(printf, 2, 3), noreturn)) static void die(int status, const char *format,
                                                                 ...) {
    char text[4096];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    complain(text);
    exit(status);
}

static void *need(size_t size) {
    void *memory = malloc(size ? size : 1);
    if (!memory) die(FAILED, "there is not enough memory");
    return memory;
}

/* ---- digests ------------------------------------------------------------------------------- */

static uint32_t turned(uint32_t value, int by) { return value >> by | value << (32 - by); }

static void sha256_block(uint32_t state[8], const uint8_t *block) {
    static const uint32_t K[64] = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
        0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
        0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
        0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
        0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
        0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
        0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
        0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
        0xc67178f2};
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
               (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (turned(a, 7) ^ turned(a, 18) ^ a >> 3) + w[i - 7] +
               (turned(b, 17) ^ turned(b, 19) ^ b >> 10);
    }
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i++) {
        uint32_t one = s[7] + (turned(s[4], 6) ^ turned(s[4], 11) ^ turned(s[4], 25)) +
                       ((s[4] & s[5]) ^ (~s[4] & s[6])) + K[i] + w[i];
        uint32_t two = (turned(s[0], 2) ^ turned(s[0], 13) ^ turned(s[0], 22)) +
                       ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += one;
        s[0] = one + two;
    }
    for (int i = 0; i < 8; i++) state[i] += s[i];
}

/* The digest of `size` bytes as 64 hexadecimal digits. */
static void sha256(const uint8_t *data, size_t size, char text[65]) {
    uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    uint8_t last[128] = {0};
    size_t rest = size % 64, ends = rest < 56 ? 64 : 128;
    for (size_t at = 0; at + 64 <= size; at += 64) sha256_block(state, data + at);
    if (rest) memcpy(last, data + size - rest, rest);
    last[rest] = 0x80;
    for (int i = 0; i < 8; i++) last[ends - 1 - i] = (uint8_t)((uint64_t)size * 8 >> 8 * i);
    for (size_t at = 0; at < ends; at += 64) sha256_block(state, last + at);
    for (int i = 0; i < 8; i++) snprintf(text + 8 * i, 9, "%08x", (unsigned)state[i]);
}

static uint32_t crc32(const uint8_t *data, size_t size) {
    uint32_t crc = 0xffffffff;
    for (size_t at = 0; at < size; at++) {
        crc ^= data[at];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

/* ---- JSON ---------------------------------------------------------------------------------- */

/* A value of JSON where it stands in the text: of a string what is between the quotes. */
typedef struct {
    char kind; /* 's'tring, 'n'umber, '{', '[', 't'rue or false or null, or 0: there is none */
    const char *at, *end;
} Json;

static const char *blank(const char *at, const char *end) {
    while (at < end && strchr(" \t\r\n", *at) && *at) at++;
    return at;
}

static const char *digits(const char *at, const char *end) {
    const char *first = at;
    while (at < end && *at >= '0' && *at <= '9') at++;
    return at > first ? at : NULL;
}

static const char *number(const char *at, const char *end) {
    if (at < end && *at == '-') at++;
    if (at < end && *at == '0') at++;
    else if (!(at = digits(at, end))) return NULL;
    if (at < end && *at == '.' && !(at = digits(at + 1, end))) return NULL;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-')) at++;
        at = digits(at, end);
    }
    return at;
}

/* From behind the opening quote to the closing one. Our exports are ASCII: so must this be. */
static const char *string(const char *at, const char *end) {
    for (; at < end && *at != '"'; at++) {
        if (*at < 32 || *at == 127) return NULL; /* where char has a sign, also beyond ASCII */
        if ((unsigned char)*at > 127) return NULL;
        if (*at != '\\') continue;
        if (++at == end || !*at || !strchr("\"\\/bfnrtu", *at)) return NULL;
        if (*at != 'u') continue;
        for (int i = 0; i < 4; i++)
            if (++at == end || !*at || !strchr("0123456789abcdefABCDEF", *at)) return NULL;
    }
    return at < end ? at : NULL;
}

/* Reads one value at `at`; returns what is behind it, or NULL where it is none. With `key` the
 * value of that key of this object is put into `found` (of two equal keys the last, as Python). */
static const char *value(const char *at, const char *end, int depth, Json *self, const char *key,
                         Json *found) {
    at = blank(at, end);
    if (at == end || depth > 32) return NULL;
    const char *first = at;
    char kind = *at;
    if (kind == '"') {
        if (!(at = string(at + 1, end))) return NULL;
        *self = (Json){'s', first + 1, at};
        return at + 1;
    }
    if (kind == '-' || (kind >= '0' && kind <= '9')) {
        at = number(at, end);
        if (at) *self = (Json){'n', first, at};
        return at;
    }
    static const char *const words[] = {"true", "false", "null"};
    for (int i = 0; i < 3; i++) {
        size_t length = strlen(words[i]);
        if ((size_t)(end - at) >= length && !memcmp(at, words[i], length)) {
            *self = (Json){'t', first, at + length};
            return at + length;
        }
    }
    if (kind != '{' && kind != '[') return NULL;
    char close = kind == '{' ? '}' : ']';
    at = blank(at + 1, end);
    for (bool more = at < end && *at != close; more;) {
        Json name = {0, NULL, NULL}, inner = {0, NULL, NULL};
        if (kind == '{') {
            at = blank(at, end);
            if (at == end || *at != '"') return NULL;
            if (!(at = value(at, end, depth + 1, &name, NULL, NULL))) return NULL;
            at = blank(at, end);
            if (at == end || *at++ != ':') return NULL;
        }
        if (!(at = value(at, end, depth + 1, &inner, NULL, NULL))) return NULL;
        if (key && name.kind && (size_t)(name.end - name.at) == strlen(key) &&
            !memcmp(name.at, key, strlen(key)))
            *found = inner;
        at = blank(at, end);
        if (at == end) return NULL;
        more = *at == ',';
        if (more) at++;
    }
    if (at == end || *at != close) return NULL;
    *self = (Json){kind, first, at + 1};
    return at + 1;
}

static Json member(Json object, const char *key) {
    Json self = {0, NULL, NULL}, found = {0, NULL, NULL};
    if (object.kind == '{') value(object.at, object.end, 0, &self, key, &found);
    return found;
}

static bool is_text(Json one, const char *text) {
    return one.kind == 's' && (size_t)(one.end - one.at) == strlen(text) &&
           !memcmp(one.at, text, strlen(text));
}

/* A number as Python's repr writes it: the fewest digits that read back as the same double. */
static void print_double(FILE *out, double number) {
    char text[40];
    int digits_ = 0;
    do snprintf(text, sizeof text, "%.*e", digits_, number);
    while (strtod(text, NULL) != number && ++digits_ < 17);
    int power = atoi(strchr(text, 'e') + 1);
    if (power >= 16 || power < -4) { /* its mantissa has no dot where there is one digit */
        fputs(text, out);
        return;
    }
    int after = digits_ - power;
    fprintf(out, "%.*f", after > 0 ? after : 1, number);
}

/* The next character of a name: its code, or for a byte that is no UTF-8 0xdc00 + the byte. */
static uint32_t character(const char **text) {
    const uint8_t *at = (const uint8_t *)*text;
    int more = at[0] < 0x80 ? 0 : at[0] < 0xc2 ? -1 : at[0] < 0xe0 ? 1 : at[0] < 0xf0 ? 2 : 3;
    uint32_t code = more <= 0 ? at[0] : at[0] & (0x3f >> more);
    bool good = more >= 0 && at[0] < 0xf5;
    for (int i = 1; good && i <= more; i++) {
        good = (at[i] & 0xc0) == 0x80;
        code = code << 6 | (at[i] & 0x3f);
    }
    if (more == 2) good = good && code >= 0x800 && (code < 0xd800 || code > 0xdfff);
    if (more == 3) good = good && code >= 0x10000 && code <= 0x10ffff;
    *text += good ? more + 1 : 1;
    return good ? code : 0xdc00u + at[0];
}

static void print_string(FILE *out, const char *text) {
    fputc('"', out);
    while (*text) {
        uint32_t code = character(&text);
        const char *plain = "\"\\\n\r\t\f\b", *letter = "\"\\nrtfb", *at;
        if (code < 128 && (at = strchr(plain, (int)code)))
            fprintf(out, "\\%c", letter[at - plain]);
        else if (code >= 32 && code < 127)
            fputc((int)code, out);
        else if (code < 0x10000)
            fprintf(out, "\\u%04x", (unsigned)code);
        else
            fprintf(out, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (code >> 10)),
                    (unsigned)(0xdc00 + (code & 0x3ff)));
    }
    fputc('"', out);
}

/* ---- model file ---------------------------------------------------------------------------- */

enum { PROBABILITIES, HEATMAP, NOVELTY, OUTPUTS };
static const char *const output_names[OUTPUTS] = {"probabilities", "heatmap", "novelty"};

enum { TOO_SMALL, ELONGATED, COLOUR, BLANK, NOISE, RULES };
static const char *const rule_names[RULES] = {"too_small", "elongated", "colour", "blank", "noise"};

enum { PIXELS_VERSION = 1, MOST_SIZE = 512 }; /* beyond that sums of squares need care */

typedef struct {
    const char *path;
    uint8_t *data;
    size_t size, graph; /* bytes of the file, and of the FlatBuffer at its beginning */
    char graph_sha256[65];
    Json golden; /* the text of golden.json, not yet looked at */
    Json name, version, precision, notice; /* printed as they stand: escaped ASCII */
    int input_size, zero_point, grid, outputs[OUTPUTS];
    bool floats; /* the graph takes float32, not uint8 */
    double scale, threshold, borderline_width, novelty_threshold;
    bool has_rule[RULES];
    double rule[RULES];
} Model;

static uint32_t little(const uint8_t *at, int bytes) {
    uint32_t number = 0;
    for (int i = 0; i < bytes; i++) number |= (uint32_t)at[i] << 8 * i;
    return number;
}

static void read_model(Model *model) {
    struct stat about;
    if (stat(model->path, &about) || !S_ISREG(about.st_mode))
        die(BROKEN, "no model '%s': give the path of a .tflite file", model->path);
    if (about.st_size > INT32_MAX)
        die(BROKEN, "%s is larger than a .tflite file can be", model->path);
    FILE *file = fopen(model->path, "rb");
    if (!file) die(BROKEN, "%s cannot be read: %s", model->path, strerror(errno));
    model->size = (size_t)about.st_size;
    /* Weights are used where they lie, and want to lie as in a mapped file. */
    model->data = aligned_alloc(4096, (model->size / 4096 + 1) * 4096);
    if (!model->data) die(BROKEN, "there is not enough memory for %s", model->path);
    if (fread(model->data, 1, model->size, file) != model->size)
        die(BROKEN, "%s cannot be read to its end", model->path);
    fclose(file);
}

__attribute__((noreturn)) static void damaged_zip(const Model *model) {
    die(BROKEN, "the files inside %s are damaged; get it again", model->path);
}

/* The ZIP behind the graph: its entries are stored plain, and every one has to be whole. */
static void read_zip(Model *model, Json *contract) {
    const uint8_t *data = model->data;
    size_t size = model->size, end = size, reach = size > 65557 ? size - 65557 : 0;
    for (size_t at = size; !contract->kind && at-- > reach;)
        if (size - at >= 4 && !memcmp(data + at, "PK\5\6", 4)) {
            end = at;
            break;
        }
    model->graph = size;
    if (end == size) return;
    if (size - end < 22) damaged_zip(model);
    uint32_t here = little(data + end + 8, 2), whole = little(data + end + 10, 2);
    size_t length = little(data + end + 12, 4), list = little(data + end + 16, 4);
    if (here != whole || end + 22 + little(data + end + 20, 2) != size || list > end ||
        end - list != length)
        damaged_zip(model);
    size_t at = list;
    for (uint32_t entry = 0; entry < whole; entry++) {
        if (end - at < 46 || memcmp(data + at, "PK\1\2", 4)) damaged_zip(model);
        const uint8_t *head = data + at;
        size_t bytes = little(head + 20, 4), name = little(head + 28, 2);
        size_t local = little(head + 42, 4);
        size_t next = 46 + name + little(head + 30, 2) + little(head + 32, 2);
        if (end - at < next || local > list || list - local < 30 ||
            memcmp(data + local, "PK\3\4", 4) || little(data + local + 26, 2) != name)
            damaged_zip(model);
        size_t start = 30 + name + little(data + local + 28, 2);
        /* Neither enciphered nor packed: this is how we write them. */
        if (little(head + 8, 2) & 1 || little(head + 10, 2) || little(head + 24, 4) != bytes ||
            list - local < start || list - local - start < bytes ||
            memcmp(data + local + 30, head + 46, name) ||
            crc32(data + local + start, bytes) != little(head + 16, 4))
            damaged_zip(model);
        const char *text_ = (const char *)data + local + start;
        if (name == 13 && !memcmp(head + 46, "contract.json", name))
            *contract = (Json){'{', text_, text_ + bytes};
        if (name == 11 && !memcmp(head + 46, "golden.json", name))
            model->golden = (Json){'{', text_, text_ + bytes};
        if (local < model->graph) model->graph = local;
        at += next;
    }
    if (at != end) damaged_zip(model);
}

__attribute__((noreturn)) static void bad_contract(const char *field) {
    die(BROKEN, "the model's contract.json cannot be read: %s is missing or not what it should be",
        field);
}

static double real(Json object, const char *key) {
    Json one = member(object, key);
    char text[64];
    size_t length = (size_t)(one.end - one.at);
    if (one.kind != 'n' || length >= sizeof text) bad_contract(key);
    memcpy(text, one.at, length);
    text[length] = 0;
    double number = strtod(text, NULL);
    if (!isfinite(number)) bad_contract(key);
    return number;
}

static int whole(Json object, const char *key) {
    Json one = member(object, key);
    double number = real(object, key);
    for (const char *at = one.at; at < one.end; at++)
        if (strchr(".eE", *at)) bad_contract(key);
    if (fabs(number) > INT32_MAX) bad_contract(key);
    return (int)number;
}

static Json text(Json object, const char *key) {
    Json one = member(object, key);
    if (one.kind != 's') bad_contract(key);
    return one;
}

static void read_rules(Model *model, Json rules) {
    if (rules.kind != '{') bad_contract("film_rules");
    int known = 0, commas = 0;
    for (int i = 0; i < RULES; i++) {
        model->has_rule[i] = member(rules, rule_names[i]).kind != 0;
        if (model->has_rule[i]) model->rule[i] = real(rules, rule_names[i]);
        known += model->has_rule[i];
    }
    /* A rule that is not named is not applied; one that nobody here knows must not be passed
     * over. Nothing inside the object but numbers: so many colons, so many rules. */
    for (const char *at = rules.at; at < rules.end; at++) commas += *at == ':';
    if (commas != known) die(BROKEN, "the model has a film rule that is unknown here");
}

static void read_contract(Model *model, Json contract) {
    Json self = {0, NULL, NULL};
    const char *behind = value(contract.at, contract.end, 0, &self, NULL, NULL);
    if (!behind || self.kind != '{' || blank(behind, contract.end) != contract.end)
        die(BROKEN, "the model's contract.json cannot be read: it is no JSON object");
    if (member(self, "schema").kind != 'n' || whole(self, "schema") != 1)
        die(BROKEN, "the model's contract is of a schema that this program does not read");
    model->name = text(self, "name");
    model->version = text(self, "version");
    model->precision = text(self, "precision");
    model->notice = text(self, "notice");
    text(self, "author");
    text(self, "licence");
    model->input_size = whole(self, "input_size");
    model->zero_point = whole(self, "input_zero_point");
    model->scale = real(self, "input_scale");
    model->grid = whole(self, "heatmap_grid");
    model->threshold = real(self, "threshold");
    model->borderline_width = real(self, "borderline_width");
    model->novelty_threshold = real(self, "novelty_threshold");
    if (model->input_size < 1 || model->input_size > MOST_SIZE) bad_contract("input_size");
    if (model->grid < 1 || model->grid > MOST_SIZE) bad_contract("heatmap_grid");
    if (model->borderline_width < 0) bad_contract("borderline_width");
    if (whole(self, "pixels") != PIXELS_VERSION)
        die(BROKEN, "the model's contract has another definition of pixels than this program");
    Json type = text(self, "input_dtype"), outputs = member(self, "outputs");
    model->floats = is_text(type, "float32");
    if (!model->floats && !is_text(type, "uint8")) bad_contract("input_dtype");
    if (model->floats ? model->scale != 0 : model->scale != 1) bad_contract("input_scale");
    if (model->zero_point != 0) bad_contract("input_zero_point");
    for (int i = 0; i < OUTPUTS; i++) model->outputs[i] = whole(outputs, output_names[i]);
    Json labels = member(self, "labels"), label = {0, NULL, NULL};
    const char *at = labels.kind == '[' ? value(labels.at + 1, labels.end, 1, &label, NULL, NULL)
                                        : NULL;
    bool same = at && is_text(label, "normal") && *(at = blank(at, labels.end)) == ',' &&
                (at = value(at + 1, labels.end, 1, &label, NULL, NULL)) != NULL &&
                is_text(label, "covid") && *blank(at, labels.end) == ']';
    if (!same) bad_contract("labels");
    read_rules(model, member(self, "film_rules"));
    /* The digest is compared before anything else looks at the graph. */
    sha256(model->data, model->graph, model->graph_sha256);
    if (!is_text(text(self, "graph_sha256"), model->graph_sha256))
        die(BROKEN, "%s is damaged: its graph is not the one of its contract", model->path);
}

static void open_file(Model *model) {
    Json contract = {0, NULL, NULL};
    read_model(model);
    read_zip(model, &contract);
    if (!contract.kind || !model->golden.kind)
        die(BROKEN,
            "%s carries no contract: it was cut short, or never went through "
            "`python -m export run`",
            model->path);
    read_contract(model, contract);
}

/* ---- pixels -------------------------------------------------------------------------------- */

enum { MOST_PIXELS = 1 << 26, MOST_SIDE = 1 << 15, THUMBNAIL = 64, TAIL = 1000, LEVELS = 65536 };

/* Which inputs each output takes along one side, and their weights in 1 / 2^22. */
typedef struct {
    int size, reach;
    int *first, *count;
    int32_t *weights; /* `reach` for each output */
} Side;

static Side side_of(int inputs, int size) {
    double scale = (double)inputs / size, wide = scale < 1 ? 1 : scale;
    Side side = {size, (int)ceil(wide) * 2 + 1, need((size_t)size * sizeof(int)),
                 need((size_t)size * sizeof(int)), NULL};
    side.weights = need((size_t)size * (size_t)side.reach * sizeof *side.weights);
    double *weight = need((size_t)side.reach * sizeof *weight), per = 1.0 / wide;
    for (int i = 0; i < size; i++) {
        double centre = (i + 0.5) * scale, sum = 0;
        int first = (int)(centre - wide + 0.5), behind = (int)(centre + wide + 0.5);
        if (first < 0) first = 0;
        if (behind > inputs) behind = inputs;
        for (int j = 0; j < behind - first; j++) {
            double away = fabs((j + first - centre + 0.5) * per);
            weight[j] = away < 1 ? 1 - away : 0;
            sum += weight[j];
        }
        side.first[i] = first;
        side.count[i] = behind - first;
        for (int j = 0; j < behind - first; j++) {
            double part = sum != 0 ? weight[j] / sum : weight[j];
            side.weights[i * side.reach + j] = (int32_t)(part * (1 << 22) + 0.5);
        }
    }
    free(weight);
    return side;
}

static void free_side(Side *side) {
    free(side->first);
    free(side->count);
    free(side->weights);
}

/* One line of grays, `step` bytes apart in both, at the side's size. */
static void resize_line(const Side *side, const uint8_t *from, size_t step, uint8_t *to,
                        size_t to_step) {
    for (int i = 0; i < side->size; i++) {
        const int32_t *weight = side->weights + (size_t)i * (size_t)side->reach;
        const uint8_t *at = from + (size_t)side->first[i] * step;
        int64_t sum = 1 << 21;
        for (int j = 0; j < side->count[i]; j++, at += step) sum += (int64_t)*at * weight[j];
        sum >>= 22;
        to[(size_t)i * to_step] = sum > 255 ? 255 : (uint8_t)sum;
    }
}

/* A picture of `size` columns and `height` rows -> `size` rows, into `to`. */
static void resize_height(const uint8_t *tall, int height, int size, uint8_t *to) {
    Side side = side_of(height, size);
    for (int x = 0; x < size; x++)
        resize_line(&side, tall + x, (size_t)size, to + x, (size_t)size);
    free_side(&side);
}

typedef struct {
    int width, height, channels;
    int bytes;      /* of one value in the file */
    bool low_first; /* its low byte stands first */
    uint32_t most;  /* the value that is white */
} Layout;

typedef struct {
    int width, height;
    double colour;
    uint8_t *pixels; /* S * S */
} Film;

static int after_comment(FILE *file) {
    int one = getc(file);
    if (one == '#')
        while (one != '\n' && one != '\r' && one != EOF) one = getc(file);
    return one;
}

/* One number of a PGM's header and the blank behind it; 0 where there is none. */
static uint32_t header_number(FILE *file) {
    int one;
    uint32_t number = 0;
    do one = after_comment(file);
    while (one != EOF && one && strchr(" \t\n\v\f\r", one));
    for (; one >= '0' && one <= '9'; one = after_comment(file))
        number = number > 99999999 ? number : number * 10 + (uint32_t)(one - '0');
    return one != EOF && one && strchr(" \t\n\v\f\r", one) ? number : 0;
}

static bool fits(uint64_t width, uint64_t height) {
    if (width && height && width <= MOST_SIDE && height <= MOST_SIDE &&
        width * height <= MOST_PIXELS)
        return true;
    if (!width || !height) return no("has no pixels");
    return no("has more than 67,108,864 pixels, or 32,768 on a side; make it smaller first");
}

static bool read_header(FILE *file, Layout *layout) {
    int one = getc(file), two = getc(file);
    if (one == EOF)
        return ferror(file) ? no("cannot be read: %s", strerror(errno)) : no("is empty");
    if (one != 'P' || (two != '5' && two != '6'))
        return no("is not a PGM or PPM of bytes (P5 or P6); convert it first");
    uint32_t width = header_number(file), height = width ? header_number(file) : 0;
    uint32_t most = height ? header_number(file) : 0;
    if (!width || !height || !most || most > 65535)
        return no("has a header that makes no sense: width, height and a greatest value of at "
                  "most 65535 are wanted");
    if (!fits(width, height)) return false;
    if (two == '6' && most > 255) /* as edge-infer, where Pillow would keep the high byte */
        return no("has more than 8 bits a channel in colour or with alpha; save it as 16-bit gray");
    *layout = (Layout){(int)width, (int)height, two == '6' ? 3 : 1, most > 255 ? 2 : 1, false, most};
    return true;
}

static uint32_t place(const uint32_t *histogram, uint32_t at) {
    uint32_t level = 0;
    while (at >= histogram[level]) at -= histogram[level++];
    return level;
}

/* The gray of each value 0-65535: the window leaves out a thousandth at either end. */
static void window(const uint32_t *histogram, size_t count, bool inverted, uint8_t *grays) {
    uint32_t last = (uint32_t)count - 1, tail = (uint32_t)count / TAIL;
    uint32_t low = place(histogram, tail), high = place(histogram, last - tail);
    if (low >= high) low = place(histogram, 0), high = place(histogram, last);
    for (uint32_t i = 0, span = high - low; i < LEVELS; i++) {
        uint32_t gray = i >= high ? 255 : i < low ? 0 : ((i - low) * 255 + span / 2) / span;
        if (high <= low) gray = 0;
        grays[i] = (uint8_t)(inverted ? 255 - gray : gray);
    }
}

/* What a value of the file becomes before anything else: white at 255, or at 65535. */
static uint16_t *levels_of(const Layout *layout, uint32_t white) {
    uint16_t *levels = need(LEVELS * sizeof *levels);
    for (uint32_t i = 0; i < LEVELS; i++) {
        /* Halves go to the even number, as in Python. */
        double level = nearbyint((double)i / layout->most * white);
        levels[i] = level > white ? (uint16_t)white : (uint16_t)level;
    }
    return levels;
}

static bool read_row(FILE *file, const Layout *layout, uint8_t *raw, const uint16_t *levels,
                     uint16_t *row) {
    size_t count = (size_t)layout->width * (size_t)layout->channels;
    errno = 0;
    if (fread(raw, (size_t)layout->bytes, count, file) != count)
        return ferror(file) ? no("cannot be read: %s", strerror(errno))
                            : no("is cut short: its pixels are fewer than it says");
    for (size_t i = 0; i < count; i++)
        row[i] = levels[layout->bytes == 1    ? raw[i]
                        : layout->low_first ? raw[2 * i] | raw[2 * i + 1] << 8
                                            : raw[2 * i] << 8 | raw[2 * i + 1]];
    return true;
}

/* How colourful: the mean over a thumbnail of the largest less the smallest channel. */
static double colour_of(const uint8_t *tall, int height) {
    uint8_t small[3][THUMBNAIL * THUMBNAIL];
    uint32_t sum = 0;
    for (int c = 0; c < 3; c++)
        resize_height(tall + (size_t)c * THUMBNAIL * (size_t)height, height, THUMBNAIL, small[c]);
    for (int i = 0; i < THUMBNAIL * THUMBNAIL; i++) {
        int a = small[0][i], b = small[1][i], c = small[2][i];
        int most = a > b ? a : b, least = a < b ? a : b;
        sum += (uint32_t)((c > most ? c : most) - (c < least ? c : least));
    }
    return (double)sum / (THUMBNAIL * THUMBNAIL);
}

/* Row by row, and a film of 16 bits twice, first for its window: only what is already narrow is
 * kept. Of a pipe, which cannot be read twice, all rows of 16 bits are. */
static bool read_film(FILE *file, const Layout *layout, bool inverted, int size, Film *film) {
    bool wide = layout->channels == 1 && layout->bytes == 2, good = true;
    size_t width = (size_t)layout->width, height = (size_t)layout->height;
    size_t channels = (size_t)layout->channels;
    off_t start = ftello(file);
    bool kept = wide && (start < 0 || fseeko(file, start, SEEK_SET));
    uint16_t *levels = levels_of(layout, wide ? 65535 : 255);
    uint16_t *rows = need(width * channels * (kept ? height : 1) * sizeof *rows);
    uint8_t *raw = need(width * channels * (size_t)layout->bytes), *grays = need(LEVELS);
    uint8_t *line = need(width * 4), *tall = need((size_t)size * height);
    uint8_t *thumb = need(channels == 3 ? 3 * THUMBNAIL * height : 1);
    Side side = side_of(layout->width, size), small = side_of(layout->width, THUMBNAIL);
    if (wide) {
        uint32_t *histogram = need(LEVELS * sizeof *histogram);
        memset(histogram, 0, LEVELS * sizeof *histogram);
        for (size_t y = 0; good && y < height; y++) {
            uint16_t *row = rows + (kept ? y * width : 0);
            good = read_row(file, layout, raw, levels, row);
            for (size_t x = 0; good && x < width; x++) histogram[row[x]]++;
        }
        if (good) window(histogram, width * height, inverted, grays);
        free(histogram);
        if (good && !kept && fseeko(file, start, SEEK_SET))
            good = no("cannot be read: %s", strerror(errno));
    } else {
        for (int i = 0; i < 256; i++) grays[i] = (uint8_t)(inverted ? 255 - i : i);
    }
    for (size_t y = 0; good && y < height; y++) {
        const uint16_t *row = rows + (kept ? y * width : 0);
        if (!kept && !(good = read_row(file, layout, raw, levels, rows))) break;
        for (size_t x = 0; x < width; x++) {
            if (channels == 1) {
                line[x] = grays[row[x]];
                continue;
            }
            uint32_t value_ = 32768;
            for (size_t c = 0; c < 3; c++) {
                static const uint32_t share[3] = {19595, 38470, 7471};
                uint8_t gray = grays[row[3 * x + c]];
                line[(c + 1) * width + x] = gray;
                value_ += share[c] * gray;
            }
            line[x] = (uint8_t)(value_ >> 16);
        }
        resize_line(&side, line, 1, tall + y * (size_t)size, 1);
        for (size_t c = 0; channels == 3 && c < 3; c++)
            resize_line(&small, line + (c + 1) * width, 1, thumb + (c * height + y) * THUMBNAIL, 1);
    }
    if (good) {
        film->width = layout->width;
        film->height = layout->height;
        film->pixels = need((size_t)size * (size_t)size);
        resize_height(tall, layout->height, size, film->pixels);
        film->colour = channels == 3 ? colour_of(thumb, layout->height) : 0;
    }
    free_side(&side), free_side(&small);
    free(levels), free(rows), free(raw), free(grays), free(line), free(tall), free(thumb);
    return good;
}

/* ---- film rules ---------------------------------------------------------------------------- */

/* The reason code of the first rule that is broken, NULL for a film. */
static const char *refusal(const Model *model, const Film *film, int size) {
    const uint8_t *pixels = film->pixels;
    uint64_t count = (uint64_t)size * (uint64_t)size, sum = 0, squares = 0, steps = 0;
    for (uint64_t i = 0; i < count; i++) {
        sum += pixels[i];
        squares += (uint64_t)pixels[i] * pixels[i];
        int step = i % (uint64_t)size ? pixels[i] - pixels[i - 1] : 0;
        steps += (uint64_t)(step * step);
    }
    double variance = (double)(count * squares - sum * sum) / (double)(count * count);
    double rough = variance == 0 || size < 2
                       ? 0
                       : (double)steps / (double)((size - 1) * size) / (2 * variance);
    int least = film->width < film->height ? film->width : film->height;
    int most = film->width < film->height ? film->height : film->width;
    const double *limit = model->rule;
    const bool broken[RULES] = {
        [TOO_SMALL] = least < limit[TOO_SMALL],
        [ELONGATED] = most > limit[ELONGATED] * least,
        [COLOUR] = film->colour > limit[COLOUR],
        [BLANK] = sqrt(variance) < limit[BLANK],
        [NOISE] = rough > limit[NOISE],
    };
    for (int i = 0; i < RULES; i++)
        if (model->has_rule[i] && broken[i]) return rule_names[i];
    return NULL;
}

/* ---- turned films -------------------------------------------------------------------------- */

/* edge_runtime/turned.py: the template's left half, and the turns in the order in which a tie is
 * decided. */
enum { BLOCKS = 8, TURNS = 4 };
static const int half_template[BLOCKS][BLOCKS / 2] = {
    {-6, -40, -38, 41},   {23, 12, -39, -3}, {45, 14, -58, -17}, {-3, -23, -66, -8},
    {-55, -50, -44, 8},   {-33, 3, 58, 127}, {-23, -12, 22, 76}, {6, 39, 27, 17},
};
static const char *const turns[TURNS] = {NULL, "left", "upside_down", "right"};
static const char *const turn_words[TURNS] = {"", ", looks turned to the left",
                                              ", looks upside down", ", looks turned to the right"};

/* Which turn of the template fits `size` x `size` pixels best. */
static int turn_of(const uint8_t *pixels, int size) {
    int side = size / BLOCKS, count = side * side, best = 0;
    int64_t scores[TURNS] = {0};
    if (!side) return 0;
    for (int row = 0; row < BLOCKS; row++) {
        for (int column = 0; column < BLOCKS; column++) {
            uint32_t sum = 0;
            for (int y = row * side; y < (row + 1) * side; y++)
                for (int x = column * side; x < (column + 1) * side; x++)
                    sum += pixels[(size_t)y * (size_t)size + (size_t)x];
            uint64_t part = (1U << 24) / (uint32_t)count;
            int64_t gray = (int64_t)(((sum + (uint32_t)count / 2) * part) >> 24);
            for (int turn = 0, i = row, j = column; turn < TURNS; turn++) {
                scores[turn] += half_template[i][j < BLOCKS / 2 ? j : BLOCKS - 1 - j] * gray;
                int other = i; /* where a quarter turn has it from */
                i = j;
                j = BLOCKS - 1 - other;
            }
        }
    }
    for (int turn = 1; turn < TURNS; turn++)
        if (scores[turn] > scores[best]) best = turn;
    return best;
}

/* ---- LiteRT -------------------------------------------------------------------------------- */

typedef void *Handle;
typedef struct {
    int type; /* TensorFlow Lite's numbers: FLOAT32, UINT8 */
    struct {
        unsigned rank : 7;
        bool has_strides : 1;
        int32_t sides[8];
        uint32_t strides[8];
    } layout;
} Ranked;
typedef struct {
    float scale;
    int64_t zero_point;
} Quantized;
enum { FLOAT32 = 1, UINT8 = 3, HOST_MEMORY = 1, CPU = 1, READ = 0, WRITE = 1, PER_TENSOR = 1 };

/* Of the C API what is called here, as LiteRT 2.1.6 to 2.3.0 have it; each returns 0 for done. */
#define CALLS(X)                                                                                   \
    X(CreateEnvironment, (int, const void *, Handle *))                                            \
    X(CreateModelFromBuffer, (Handle environment, const void *, size_t, Handle *))                 \
    X(CreateOptions, (Handle *))                                                                   \
    X(SetOptionsHardwareAccelerators, (Handle options, int))                                       \
    X(CreateCompiledModel, (Handle environment, Handle model, Handle options, Handle *))           \
    X(GetNumModelSignatures, (Handle model, size_t *))                                             \
    X(GetModelSignature, (Handle model, size_t, Handle *))                                         \
    X(GetNumSignatureInputs, (Handle signature, size_t *))                                         \
    X(GetNumSignatureOutputs, (Handle signature, size_t *))                                        \
    X(GetSignatureOutputName, (Handle signature, size_t, const char **))                           \
    X(GetSignatureInputTensorByIndex, (Handle signature, size_t, Handle *))                        \
    X(GetSignatureOutputTensorByIndex, (Handle signature, size_t, Handle *))                       \
    X(GetSignatureSubgraph, (Handle signature, Handle *))                                          \
    X(GetNumSubgraphOutputs, (Handle subgraph, size_t *))                                          \
    X(GetSubgraphOutput, (Handle subgraph, size_t, Handle *))                                      \
    X(GetRankedTensorType, (Handle tensor, Ranked *))                                              \
    X(GetQuantizationTypeId, (Handle tensor, int *))                                               \
    X(GetPerTensorQuantization, (Handle tensor, Quantized *))                                      \
    X(GetCompiledModelInputBufferRequirements, (Handle, size_t signature, size_t, Handle *))       \
    X(GetCompiledModelOutputBufferRequirements, (Handle, size_t signature, size_t, Handle *))      \
    X(GetTensorBufferRequirementsBufferSize, (Handle requirements, size_t *))                      \
    X(CreateManagedTensorBuffer, (Handle, int kind, const Ranked *, size_t, Handle *))             \
    X(LockTensorBuffer, (Handle buffer, void **, int mode))                                        \
    X(UnlockTensorBuffer, (Handle buffer))                                                         \
    X(RunCompiledModel, (Handle, size_t signature, size_t, Handle *, size_t, Handle *))            \
    /* not called: what came before 2.1.6 lacks it, and knows no environment in these calls */     \
    X(CreateModelFromFd, (void))

#define POINTER(name, arguments) int(*name) arguments;
static struct {
    CALLS(POINTER)
} lite;

static struct {
    Handle environment, model, compiled, input, outputs[OUTPUTS];
    int place[OUTPUTS]; /* in the signature, of `output_names` */
} run;

static int saved_stderr = -1;

/* LiteRT tells of every accelerator that it does not find; errors come back as numbers. */
static void quiet(bool on) {
    if (on) {
        fflush(stderr);
        int nowhere = open("/dev/null", O_WRONLY);
        saved_stderr = dup(2);
        if (saved_stderr >= 0 && nowhere >= 0) dup2(nowhere, 2);
        if (nowhere >= 0) close(nowhere);
    } else if (saved_stderr >= 0) {
        dup2(saved_stderr, 2);
        close(saved_stderr);
        saved_stderr = -1;
    }
}

static void check(int status, const char *call) {
    if (!status) return;
    quiet(false);
    die(BROKEN, "LiteRT cannot run the model: LiteRt%s gives status %d", call, status);
}
#define CALL(name, ...) check(lite.name(__VA_ARGS__), #name)

static void load_library(const char *path) {
    quiet(true);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    quiet(false);
    if (!library)
        die(BROKEN, "LiteRT's library cannot be loaded (%s); name it with --library", dlerror());
#define LOAD(name, arguments)                                                                      \
    {                                                                                              \
        void *address = dlsym(library, "LiteRt" #name);                                            \
        if (!address)                                                                              \
            die(BROKEN, "%s has no LiteRt%s: LiteRT 2.1.6 to 2.3.0 is wanted", path, #name);       \
        memcpy(&lite.name, &address, sizeof address);                                              \
    }
    CALLS(LOAD)
}

__attribute__((noreturn)) static void not_ours(const char *what) {
    quiet(false);
    die(BROKEN, "the model's %s is not what its contract says; export the model again", what);
}

static Handle buffer_of(const Ranked *type, Handle requirements, size_t bytes) {
    Handle buffer;
    size_t size = 0;
    CALL(GetTensorBufferRequirementsBufferSize, requirements, &size);
    if (size < bytes) not_ours("size of a tensor");
    CALL(CreateManagedTensorBuffer, run.environment, HOST_MEMORY, type, size, &buffer);
    return buffer;
}

static void open_input(const Model *model, Handle signature) {
    Handle tensor, requirements;
    Ranked type;
    memset(&type, 0, sizeof type);
    CALL(GetSignatureInputTensorByIndex, signature, 0, &tensor);
    CALL(GetRankedTensorType, tensor, &type);
    const int32_t *sides = type.layout.sides;
    if (type.layout.rank != 4 || sides[0] != 1 || sides[1] != model->input_size ||
        sides[2] != model->input_size || sides[3] != 3)
        not_ours("input size");
    if (type.type != (model->floats ? FLOAT32 : UINT8)) not_ours("input type");
    if (!model->floats) {
        int kind = 0;
        Quantized scale = {0, -1};
        CALL(GetQuantizationTypeId, tensor, &kind);
        if (kind == PER_TENSOR) CALL(GetPerTensorQuantization, tensor, &scale);
        if ((double)scale.scale != model->scale || scale.zero_point != model->zero_point)
            not_ours("input scale");
    }
    size_t pixels = (size_t)model->input_size * (size_t)model->input_size;
    CALL(GetCompiledModelInputBufferRequirements, run.compiled, 0, 0, &requirements);
    run.input = buffer_of(&type, requirements, pixels * 3 * (model->floats ? 4 : 1));
}

static size_t output_size(const Model *model, int output) {
    return output == HEATMAP ? (size_t)(model->grid * model->grid) : output == NOVELTY ? 1 : 2;
}

/* The outputs in the order of the signature, which is not that of the subgraph. */
static void open_outputs(const Model *model, Handle signature) {
    Handle subgraph, tensor, same, requirements;
    size_t places = 0;
    CALL(GetSignatureSubgraph, signature, &subgraph);
    CALL(GetNumSubgraphOutputs, subgraph, &places);
    if (places != OUTPUTS) not_ours("number of outputs");
    for (int i = 0; i < OUTPUTS; i++) run.place[i] = -1;
    for (int at = 0; at < OUTPUTS; at++) {
        const char *name = NULL;
        Ranked type;
        memset(&type, 0, sizeof type);
        CALL(GetSignatureOutputName, signature, (size_t)at, &name);
        CALL(GetSignatureOutputTensorByIndex, signature, (size_t)at, &tensor);
        CALL(GetRankedTensorType, tensor, &type);
        int output = 0;
        while (output < OUTPUTS && (!name || strcmp(name, output_names[output]))) output++;
        if (output == OUTPUTS || run.place[output] >= 0) not_ours("list of outputs");
        int place_ = model->outputs[output];
        if (place_ < 0 || place_ >= OUTPUTS) not_ours("list of outputs");
        CALL(GetSubgraphOutput, subgraph, (size_t)place_, &same);
        size_t count = 1;
        for (unsigned i = 0; i < type.layout.rank && i < 8; i++)
            count *= type.layout.sides[i] > 0 ? (size_t)type.layout.sides[i] : 0;
        if (same != tensor) not_ours("order of outputs");
        if (type.type != FLOAT32 || count != output_size(model, output)) not_ours("output's size");
        CALL(GetCompiledModelOutputBufferRequirements, run.compiled, 0, (size_t)at, &requirements);
        run.outputs[at] = buffer_of(&type, requirements, count * sizeof(float));
        run.place[output] = at;
    }
}

static void open_model(const Model *model) {
    Handle options, signature;
    size_t signatures = 0, inputs = 0, outputs = 0;
    quiet(true);
    CALL(CreateEnvironment, 0, NULL, &run.environment);
    CALL(CreateModelFromBuffer, run.environment, model->data, model->graph, &run.model);
    CALL(CreateOptions, &options);
    CALL(SetOptionsHardwareAccelerators, options, CPU);
    CALL(CreateCompiledModel, run.environment, run.model, options, &run.compiled);
    CALL(GetNumModelSignatures, run.model, &signatures);
    if (!signatures) not_ours("signature");
    CALL(GetModelSignature, run.model, 0, &signature);
    CALL(GetNumSignatureInputs, signature, &inputs);
    CALL(GetNumSignatureOutputs, signature, &outputs);
    if (inputs != 1 || outputs != OUTPUTS) not_ours("signature");
    open_input(model, signature);
    open_outputs(model, signature);
    quiet(false);
}

/* The film's pixels through the graph: `values[output]` has its numbers. */
static void invoke(const Model *model, const uint8_t *pixels, float *values[OUTPUTS]) {
    size_t count = (size_t)model->input_size * (size_t)model->input_size * 3;
    void *address = NULL;
    quiet(true);
    CALL(LockTensorBuffer, run.input, &address, WRITE);
    for (size_t i = 0; i < count; i++) { /* three equal channels */
        if (model->floats)
            ((float *)address)[i] = pixels[i / 3];
        else
            ((uint8_t *)address)[i] = pixels[i / 3];
    }
    CALL(UnlockTensorBuffer, run.input);
    CALL(RunCompiledModel, run.compiled, 0, 1, &run.input, OUTPUTS, run.outputs);
    for (int i = 0; i < OUTPUTS; i++) {
        Handle buffer = run.outputs[run.place[i]];
        CALL(LockTensorBuffer, buffer, &address, READ);
        memcpy(values[i], address, output_size(model, i) * sizeof(float));
        CALL(UnlockTensorBuffer, buffer);
    }
    quiet(false);
    for (int i = 0; i < OUTPUTS; i++)
        for (size_t k = 0; k < output_size(model, i); k++)
            /* A NaN is below every threshold: unchecked, it would be answered with "normal". */
            if (!isfinite(values[i][k]))
                die(BROKEN, "the model's output '%s' is not %zu finite numbers; get it again",
                    output_names[i], output_size(model, i));
}

/* ---- golden -------------------------------------------------------------------------------- */

__attribute__((noreturn)) static void bad_golden(const char *what) {
    die(BROKEN, "the model's golden.json cannot be read: %s", what);
}

/* The largest difference of `count` values from a list of numbers, or from one number. */
static double off_by(Json list, const float *values, size_t count) {
    double most = 0;
    const char *at = list.at + (list.kind == '[');
    for (size_t i = 0; i < count; i++) {
        Json one = {0, NULL, NULL};
        char text_[64];
        const char *behind = value(at, list.end, 1, &one, NULL, NULL);
        size_t length = (size_t)(one.end - one.at);
        if (!behind || one.kind != 'n' || length >= sizeof text_) bad_golden("a number is none");
        memcpy(text_, one.at, length);
        text_[length] = 0;
        double off = fabs(strtod(text_, NULL) - (double)values[i]);
        if (!(off <= most)) most = off;
        if (list.kind == 'n') return most;
        behind = blank(behind, list.end);
        if (*behind != (i + 1 < count ? ',' : ']')) bad_golden("a list has another length");
        at = behind + 1;
    }
    return most;
}

/* The first golden input, whose grays are in the file `path`, has to give its outputs. */
static void check_golden(const Model *model, const char *path, float *values[OUTPUTS]) {
    size_t count = (size_t)model->input_size * (size_t)model->input_size;
    uint8_t *pixels = need(count + 1);
    Json all = {0, NULL, NULL}, first = {0, NULL, NULL};
    FILE *file = fopen(path, "rb");
    if (!file) die(BROKEN, "the golden input %s cannot be read: %s", path, strerror(errno));
    if (fread(pixels, 1, count + 1, file) != count)
        die(BROKEN, "the golden input %s is not %d x %d grays", path, model->input_size,
            model->input_size);
    fclose(file);
    if (!value(model->golden.at, model->golden.end, 0, &all, NULL, NULL) || all.kind != '{')
        bad_golden("it is no JSON object");
    Json items = member(all, "items");
    Json allowed = member(member(all, "tolerance"), "litert_xnnpack");
    if (items.kind != '[' || !value(items.at + 1, items.end, 1, &first, NULL, NULL))
        bad_golden("it has no items");
    invoke(model, pixels, values);
    free(pixels);
    for (int i = 0; i < OUTPUTS; i++) {
        Json wanted = member(first, output_names[i]), limit = member(allowed, output_names[i]);
        if (wanted.kind != (i == NOVELTY ? 'n' : '[')) bad_golden("an output is missing");
        double off = off_by(wanted, values[i], output_size(model, i));
        double most = limit.kind ? real(allowed, output_names[i]) : 0;
        if (!(off <= most))
            die(BROKEN,
                "LiteRT does not give this model's golden output (%s %.2g off, %.2g allowed)",
                output_names[i], off, most);
    }
}

/* ---- command ------------------------------------------------------------------------------- */

typedef struct {
    const char *library, *golden;
    bool json, has_threshold, raw, inverted, memory;
    double threshold;
    int pixels;
    Layout layout; /* with --raw */
} Options;

static double now(void) {
    struct timespec time_;
    clock_gettime(CLOCK_MONOTONIC, &time_);
    return (double)time_.tv_sec * 1e3 + (double)time_.tv_nsec / 1e6;
}

static bool open_film(const char *path, const Options *options, int size, Film *film) {
    struct stat about;
    Layout layout = options->layout;
    if (!stat(path, &about) && S_ISDIR(about.st_mode))
        return no("is a folder; name the films in it");
    FILE *file = fopen(path, "rb");
    if (!file)
        return errno == ENOENT ? no("does not exist") : no("cannot be read: %s", strerror(errno));
    bool good = options->raw || read_header(file, &layout);
    good = good && read_film(file, &layout, options->inverted, size, film);
    if (good && options->raw && getc(file) != EOF) {
        free(film->pixels);
        good = no("is longer than --raw says");
    }
    fclose(file);
    return good;
}

static void print_json_time(const char *key, double ms, const char *behind) {
    char rounded[40];
    snprintf(rounded, sizeof rounded, "%.3f", ms);
    printf("\"%s\": ", key);
    print_double(stdout, strtod(rounded, NULL));
    fputs(behind, stdout);
}

static void print_member(const char *key, Json text_, const char *behind) {
    printf("\"%s\": \"%.*s\"%s", key, (int)(text_.end - text_.at), text_.at, behind);
}

static void print_number(const char *key, double number_, const char *behind) {
    printf("\"%s\": ", key);
    print_double(stdout, number_);
    fputs(behind, stdout);
}

/* What a terminal might obey or cannot show: controls, marks of direction, no character at all. */
static bool unprintable(uint32_t code) {
    return code < 32 || (code >= 0x7f && code <= 0x9f) || code == 0xad ||
           (code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2060 && code <= 0x206f) || (code >= 0xd800 && code <= 0xf8ff) ||
           code == 0xfeff;
}

/* As edge-infer prints it: one line, whatever the name holds. */
static void print_name(const char *name) {
    bool begun = false, gap = false;
    while (*name) {
        const char *at = name;
        uint32_t code = character(&name);
        if ((code >= 9 && code <= 13) || (code >= 28 && code <= 32) || code == 0x85 ||
            code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200a) ||
            code == 0x2028 || code == 0x2029 || code == 0x202f || code == 0x205f ||
            code == 0x3000) {
            gap = true;
            continue;
        }
        if (gap && begun) putchar(' ');
        begun = true;
        gap = false;
        if (unprintable(code))
            printf(code < 256 ? "\\x%02x" : "\\u%04x", (unsigned)code);
        else
            fwrite(at, 1, (size_t)(name - at), stdout);
    }
}

typedef struct {
    const char *answer, *reason;
    double threshold, margin, decoded, invoked, total;
    int turn; /* of `turns` */
} Result;

static void print_result(const Model *model, const char *file, const Result *one,
                         float *const values[OUTPUTS]) {
    bool borderline = !one->reason && one->margin <= model->borderline_width;
    printf("{\"schema\": 1, \"file\": ");
    print_string(stdout, file);
    printf(", \"answer\": \"%s\", \"reason\": ", one->answer);
    if (one->reason)
        printf("\"%s\"", one->reason);
    else
        printf("null");
    printf(", ");
    print_number("score", values[PROBABILITIES][1], ", ");
    print_number("threshold", one->threshold, ", ");
    printf("\"borderline\": %s, \"turned\": ", borderline ? "true" : "false");
    printf(turns[one->turn] ? "\"%s\"" : "null", turns[one->turn]);
    printf(", \"probabilities\": {");
    print_number("normal", values[PROBABILITIES][0], ", ");
    print_number("covid", values[PROBABILITIES][1], "}, ");
    print_number("novelty", values[NOVELTY][0], ", \"timing_ms\": {");
    print_json_time("decode", one->decoded, ", ");
    /* The resize is part of reading, row by row. */
    print_json_time("resize", 0, ", ");
    print_json_time("invoke", one->invoked, ", ");
    print_json_time("total", one->total, "}, \"model\": {");
    print_member("name", model->name, ", ");
    print_member("version", model->version, ", ");
    printf("\"graph_sha256\": \"%s\", ", model->graph_sha256);
    print_member("precision", model->precision, "}, \"runtime\": {\"name\": \"litert\", ");
    /* The library does not tell its version, and takes XNNPACK and one thread by itself. */
    printf("\"version\": \"unknown\", \"api\": \"c\", \"delegate\": \"xnnpack\", \"threads\": 1}, ");
    print_member("notice", model->notice, "}\n");
}

static void print_line(const Model *model, const char *file, const Result *one, double score) {
    print_name(file);
    if (one->reason) {
        printf(": not recognised (%s)%s, %.1f ms\n", one->reason, turn_words[one->turn],
               one->total);
        return;
    }
    printf(": %s%s (score %.3f, threshold %.3f)%s, %.1f ms\n", one->answer,
           one->margin <= model->borderline_width ? ", borderline" : "", score, one->threshold,
           turn_words[one->turn], one->total);
}

static void print_pixels(const Model *model, const char *file, const Film *film, int size) {
    char digest[65];
    const char *reason = refusal(model, film, size);
    sha256(film->pixels, (size_t)size * (size_t)size, digest);
    printf("{\"file\": ");
    print_string(stdout, file);
    printf(", \"width\": %d, \"height\": %d, ", film->width, film->height);
    print_number("colour", film->colour, ", ");
    const char *turn = turns[turn_of(film->pixels, size)];
    printf("\"pixels\": \"%s\", \"turned\": ", digest);
    printf(turn ? "\"%s\"" : "null", turn);
    printf(", \"reason\": ");
    printf(reason ? "\"%s\"}\n" : "null}\n", reason);
}

/* Answers one film on stdout; false where it cannot be read. */
static bool one_film(const Model *model, const Options *options, const char *path,
                     float *values[OUTPUTS], bool *refused) {
    double begun = now();
    Film film;
    Result one = {NULL, NULL, 0, 0, 0, 0, 0, 0};
    int size = options->pixels ? options->pixels : model->input_size;
    if (!open_film(path, options, size, &film)) return false;
    if (options->pixels) {
        *refused = false;
        print_pixels(model, path, &film, size);
        free(film.pixels);
        return true;
    }
    double read = now();
    /* Of a film that is refused, too, the score is told. */
    invoke(model, film.pixels, values);
    double invoked = now(), score = values[PROBABILITIES][1];
    one.reason = refusal(model, &film, size);
    if (!one.reason) one.turn = turn_of(film.pixels, size);
    if (!one.reason && values[NOVELTY][0] > model->novelty_threshold) one.reason = "unfamiliar";
    one.threshold = options->has_threshold ? options->threshold : model->threshold;
    one.margin = fabs(score - one.threshold);
    one.answer = one.reason ? "not_recognised" : score >= one.threshold ? "covid" : "normal";
    one.decoded = read - begun;
    one.invoked = invoked - read;
    one.total = now() - begun;
    if (options->json)
        print_result(model, path, &one, values);
    else
        print_line(model, path, &one, score);
    free(film.pixels);
    *refused = one.reason != NULL;
    return true;
}

static int films(const Model *model, const Options *options, char **paths, int count) {
    float *values[OUTPUTS];
    int failed = 0, refused = 0;
    for (int i = 0; i < OUTPUTS; i++) values[i] = need(output_size(model, i) * sizeof(float));
    if (options->golden && !options->pixels) check_golden(model, options->golden, values);
    for (int i = 0; i < count && !ferror(stdout); i++) {
        bool no_film = false;
        if (one_film(model, options, paths[i], values, &no_film)) {
            refused += no_film;
        } else {
            char text_[1024];
            failed++;
            snprintf(text_, sizeof text_, "%.480s %s", paths[i], why);
            if (options->json || options->pixels) {
                printf("{\"schema\": 1, \"file\": ");
                print_string(stdout, paths[i]);
                printf(", \"error\": ");
                print_string(stdout, text_);
                printf("}\n");
            } else {
                complain(text_);
            }
        }
        fflush(stdout);
    }
    for (int i = 0; i < OUTPUTS; i++) free(values[i]);
    return failed ? FAILED : refused == count ? REFUSED : DONE;
}

static double share(const char *text_) {
    char *end;
    double number_ = strtod(text_, &end);
    if (end == text_ || *end || !(number_ >= 0 && number_ <= 1))
        die(USAGE, "'%s' is not a number from 0 to 1; see edge_infer --help", text_);
    return number_;
}

static int count_of(const char *text_, int most) {
    char *end;
    long number_ = strtol(text_, &end, 10);
    if (end == text_ || *end || number_ < 1 || number_ > most)
        die(USAGE, "'%s' is not a number from 1 to %d; see edge_infer --help", text_, most);
    return (int)number_;
}

static Layout raw_layout(const char *text_) {
    static const struct {
        const char *name;
        int bytes;
        bool low_first;
    } kinds[] = {{"", 1, false}, {":8", 1, false}, {":16le", 2, true}, {":16be", 2, false}};
    char *end;
    long width = strtol(text_, &end, 10), height = *end == 'x' ? strtol(end + 1, &end, 10) : 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && width > 0 && height > 0; i++)
        if (!strcmp(end, kinds[i].name)) {
            if (!fits((uint64_t)width, (uint64_t)height)) die(USAGE, "--raw %s %s", text_, why);
            return (Layout){(int)width, (int)height, 1, kinds[i].bytes, kinds[i].low_first,
                            kinds[i].bytes == 1 ? 255 : 65535};
        }
    die(USAGE, "--raw wants WIDTHxHEIGHT, :8, :16le or :16be behind it, not '%s'", text_);
}

/* Reads the arguments; the films are moved to the front of `words`, and counted. */
static int arguments(int count, char **words, Options *options, Model *model) {
    int films_ = 0;
    bool only_films = false;
    for (int i = 1; i < count; i++) {
        const char *word = words[i];
        if (only_films || word[0] != '-' || !word[1]) {
            words[films_++] = words[i];
            continue;
        }
        if (!strcmp(word, "--")) only_films = true;
        else if (!strcmp(word, "--json")) options->json = true;
        else if (!strcmp(word, "--inverted")) options->inverted = true;
        else if (!strcmp(word, "--memory")) options->memory = true;
        else if (!strcmp(word, "--help")) fputs(HELP, stdout), exit(fflush(stdout) ? FAILED : DONE);
        else if (!strcmp(word, "--version")) {
            printf("edge_infer: contract 1, pixels %d, LiteRT 2.1.6 to 2.3.0\n", PIXELS_VERSION);
            exit(fflush(stdout) ? FAILED : DONE);
        } else {
            static const char *const valued[] = {"--model", "--library", "--threshold", "--raw",
                                                 "--pixels", "--golden"};
            int which = 0;
            while (which < 6 && strcmp(word, valued[which])) which++;
            if (which == 6) die(USAGE, "unknown option %s; see edge_infer --help", word);
            if (++i == count) die(USAGE, "%s wants a value; see edge_infer --help", word);
            const char *given = words[i];
            if (which == 0) model->path = given;
            if (which == 1) options->library = given;
            if (which == 2) options->threshold = share(given), options->has_threshold = true;
            if (which == 3) options->layout = raw_layout(given), options->raw = true;
            if (which == 4) options->pixels = count_of(given, MOST_SIZE);
            if (which == 5) options->golden = given;
        }
    }
    return films_;
}

/* What the system counted as this process's largest resident set. */
static void tell_memory(void) {
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (!strncmp(line, "VmHWM:", 6)) fprintf(stderr, "edge_infer: peak memory %s", line + 6);
    if (status) fclose(status);
}

int main(int count, char **words) {
    Options options = {.library = "libLiteRt.so"};
    static Model model;
    signal(SIGPIPE, SIG_IGN);
    int given = arguments(count, words, &options, &model);
    if (!given) die(USAGE, "no film given; see edge_infer --help");
    if (!model.path) die(USAGE, "no model given; see edge_infer --help");
    open_file(&model);
    if (!options.pixels) {
        load_library(options.library);
        open_model(&model);
    }
    int status = films(&model, &options, words, given);
    if (fflush(stdout) || ferror(stdout)) {
        if (errno != EPIPE) complain("the output cannot be written");
        status = FAILED;
    }
    if (options.memory) tell_memory();
    /* Nothing is worth tearing down. */
    fflush(stderr);
    _exit(status);
}
