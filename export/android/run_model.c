/* Films through a model file by TensorFlow Lite's C API: run_model MODEL xnnpack|plain
 *
 * stdin: films, S * S grays each, as many as there are. stdout: for each film every output in
 * the subgraph's order, as 32-bit floats. stderr: what the library says. Exit status 0, or 3
 * where the library cannot load or run the model; "run_model --version" prints the library's.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tensorflow/lite/core/c/c_api_types.h"

/* Of the C API what is called here: the AAR's c_api.h includes files that the AAR lacks. */
typedef struct TfLiteModel TfLiteModel;
typedef struct TfLiteInterpreterOptions TfLiteInterpreterOptions;
typedef struct TfLiteInterpreter TfLiteInterpreter;
typedef struct TfLiteTensor TfLiteTensor;
typedef void reporter(void *user, const char *format, va_list values);

const char *TfLiteVersion(void);
TfLiteModel *TfLiteModelCreateWithErrorReporter(const void *, size_t, reporter *, void *user);
TfLiteInterpreterOptions *TfLiteInterpreterOptionsCreate(void);
void TfLiteInterpreterOptionsSetNumThreads(TfLiteInterpreterOptions *, int32_t);
void TfLiteInterpreterOptionsSetErrorReporter(TfLiteInterpreterOptions *, reporter *, void *user);
void TfLiteInterpreterOptionsAddDelegate(TfLiteInterpreterOptions *, void *delegate);
void *TfLiteXNNPackDelegateCreate(const void *options); /* NULL: its defaults, this thread */
TfLiteInterpreter *TfLiteInterpreterCreate(const TfLiteModel *, const TfLiteInterpreterOptions *);
TfLiteStatus TfLiteInterpreterAllocateTensors(TfLiteInterpreter *);
TfLiteStatus TfLiteInterpreterInvoke(TfLiteInterpreter *);
int32_t TfLiteInterpreterGetInputTensorCount(const TfLiteInterpreter *);
int32_t TfLiteInterpreterGetOutputTensorCount(const TfLiteInterpreter *);
TfLiteTensor *TfLiteInterpreterGetInputTensor(const TfLiteInterpreter *, int32_t);
const TfLiteTensor *TfLiteInterpreterGetOutputTensor(const TfLiteInterpreter *, int32_t);
TfLiteType TfLiteTensorType(const TfLiteTensor *);
size_t TfLiteTensorByteSize(const TfLiteTensor *);
void *TfLiteTensorData(const TfLiteTensor *);

/* Code for Android keeps the stack's canary 40 bytes behind the thread pointer. With glibc that
 * is inside the program's own thread-local block, which begins 16 behind: so here is something
 * that nobody writes to, and the canary is zero throughout. */
__thread char android_slots[64] __attribute__((aligned(16), used));

static void fail(const char *what) {
    fprintf(stderr, "run_model: %s\n", what);
    exit(3);
}

static void say(void *nobody, const char *format, va_list values) {
    (void)nobody;
    vfprintf(stderr, format, values);
    fputc('\n', stderr);
}

static void *whole_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) fail("the model cannot be read");
    long end = ftell(file);
    rewind(file);
    /* Weights are read where they lie in the file, and want to lie as in a mapped one. */
    void *data = end > 0 ? aligned_alloc(4096, ((size_t)end + 4095) / 4096 * 4096) : NULL;
    if (!data || fread(data, 1, (size_t)end, file) != (size_t)end) fail("the model cannot be read");
    fclose(file);
    *size = (size_t)end;
    return data;
}

/* For who counts instructions in an emulator (benchmarks/boards/counting.c); else it is nothing. */
static void mark(id_t tag) { getpriority(0x4d41524b, tag); }

/* The grays as three equal channels, in the input's type. */
static void fill(TfLiteTensor *input, const uint8_t *film, size_t pixels) {
    void *data = TfLiteTensorData(input);
    for (size_t i = 0; i < 3 * pixels; i++) {
        if (TfLiteTensorType(input) == kTfLiteFloat32)
            ((float *)data)[i] = film[i / 3];
        else
            ((uint8_t *)data)[i] = film[i / 3];
    }
}

int main(int count, char **words) {
    if (count == 2 && !strcmp(words[1], "--version")) {
        puts(TfLiteVersion());
        return 0;
    }
    if (count != 3) fail("usage: run_model MODEL xnnpack|plain");
    size_t size;
    void *data = whole_file(words[1], &size);
    TfLiteModel *model = TfLiteModelCreateWithErrorReporter(data, size, say, NULL);
    if (!model) fail("the library takes this for no model");
    TfLiteInterpreterOptions *options = TfLiteInterpreterOptionsCreate();
    TfLiteInterpreterOptionsSetErrorReporter(options, say, NULL);
    TfLiteInterpreterOptionsSetNumThreads(options, 1);
    if (!strcmp(words[2], "xnnpack"))
        TfLiteInterpreterOptionsAddDelegate(options, TfLiteXNNPackDelegateCreate(NULL));
    TfLiteInterpreter *interpreter = TfLiteInterpreterCreate(model, options);
    if (!interpreter) fail("the library cannot load the model");
    if (TfLiteInterpreterAllocateTensors(interpreter) != kTfLiteOk)
        fail("the library cannot prepare the model");

    TfLiteTensor *input = TfLiteInterpreterGetInputTensor(interpreter, 0);
    size_t width = TfLiteTensorType(input) == kTfLiteFloat32 ? 4 : 1;
    if (TfLiteInterpreterGetInputTensorCount(interpreter) != 1 ||
        (width == 1 && TfLiteTensorType(input) != kTfLiteUInt8))
        fail("the model does not take one film of uint8 or float32");
    size_t pixels = TfLiteTensorByteSize(input) / width / 3;
    uint8_t *film = malloc(pixels);
    size_t got;
    while (film && (got = fread(film, 1, pixels, stdin)) == pixels) {
        fill(input, film, pixels);
        mark(1);
        TfLiteStatus status = TfLiteInterpreterInvoke(interpreter);
        mark(2);
        if (status != kTfLiteOk) fail("the library cannot run the model");
        for (int i = 0; i < TfLiteInterpreterGetOutputTensorCount(interpreter); i++) {
            const TfLiteTensor *output = TfLiteInterpreterGetOutputTensor(interpreter, i);
            if (TfLiteTensorType(output) != kTfLiteFloat32) fail("an output is not of float32");
            fwrite(TfLiteTensorData(output), 1, TfLiteTensorByteSize(output), stdout);
        }
    }
    if (!film || got) fail("the films are not of the model's size");
    return fflush(stdout) ? 3 : 0;
}
