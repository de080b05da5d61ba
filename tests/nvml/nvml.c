/* A libnvidia-ml.so.1 that says what a file tells it to, so that the real bindings can be driven
 * where there is no GPU, and made to suffer what no GPU does on demand.
 *
 * The file named by NVML_SCENARIO is read again whenever it changes, unless NVML_STEADY is set: then
 * nobody looks, which is what a benchmark wants. Each line is a key and a
 * value; `#` starts a comment. A key is what is asked, after the unit that is asked:
 *
 *   driver.gpus 2                              how many GPUs there are
 *   driver.nvmlSystemGetDriverVersion 580.1    what a function answers
 *   *.nvmlDeviceGetPowerUsage 70000            the same of every GPU that has no line of its own
 *   0.nvmlDeviceGetClockInfo.1 1980            a function that is asked for one of several things
 *   0.field.82 48                              one of many values asked at a time
 *   0.gpm.2 37.5                               a profiling metric
 *   0/1.nvmlDeviceGetGpuInstanceId 3           of the MIG instance in place 1 of GPU 0
 *   0.nvmlDeviceGetP2PStatus.1 0               of a pair of GPUs
 *   0.xids 79 48                               what has befallen GPU 0 so far; only ever add
 *   0.events 0x800:3 0x8000                    the same of other kinds: type, and data if any
 *   0.nvmlDeviceGetSupportedEventTypes 8       the types that it reports
 *   driver.device /tmp/nvidiactl               a file that is held open from start to shutdown
 * and, for a function by its C name or for all:
 *   0.error.nvmlDeviceGetName 4                the code it returns; error.field.82 for one value
 *   0.hang.all 1                               it returns once this line is gone
 *   0.delay.all 0.3                            it takes so many seconds
 *   0.left 5                                   so many calls are answered, then the GPU is lost
 *   driver.lock 1                              one call at a time: one that hangs stops them all
 *   driver.generation 2                        the driver was restarted: old handles are void
 *
 * What has no line is not supported.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { OK = 0, UNINITIALIZED = 1, INVALID = 2, UNSUPPORTED = 3, NOT_FOUND = 6, SMALL = 7,
       TIMEOUT = 10, LOST = 15, UNKNOWN = 999 };
enum { GPUS = 256, PLACES = 8, SLOTS = 4096, LONGEST = 16384, XID = 8 };

typedef struct { char name[16]; int gpu, place; int calls; } Unit;
typedef struct Line { char *key, *value; struct Line *next; } Line;
typedef struct {
    unsigned alive;
    int count, heard[GPUS][2];
    Unit *gpus[GPUS];
    unsigned long long types[GPUS];
} Set;
typedef struct { unsigned alive; Unit *unit; double taken; } Sample;
enum { ALIVE = 0x600DF00D, DEAD = 0xDEADBEEF };

static pthread_mutex_t state = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t driver_wide = PTHREAD_MUTEX_INITIALIZER;
static Line *lines[SLOTS];
static struct stat seen;
static Unit driver = {.name = "driver"}, gpus[GPUS], places[GPUS][PLACES];
static int started, generation, alive, device = -1;

static unsigned slot(const char *key) {
    unsigned hash = 2166136261u;
    while (*key) hash = (hash ^ (unsigned char)*key++) * 16777619u;
    return hash % SLOTS;
}

static void forget(void) {
    for (int i = 0; i < SLOTS; i++)
        while (lines[i]) {
            Line *line = lines[i];
            lines[i] = line->next;
            free(line->key);
            free(line->value);
            free(line);
        }
    for (int i = 0; i < GPUS; i++) gpus[i].calls = 0;
}

/* With `state` held. A file that is not there leaves a driver that knows nothing. */
static void refresh(void) {
    const char *path = getenv("NVML_SCENARIO");
    struct stat now = {0};
    static int steady = -1;
    if (steady < 0) steady = getenv("NVML_STEADY") != NULL;
    if (steady && seen.st_ino) return;
    static char text[LONGEST];
    if (!path || stat(path, &now)) memset(&now, 0, sizeof now);
    if (now.st_ino == seen.st_ino && now.st_size == seen.st_size &&
        !memcmp(&now.st_mtim, &seen.st_mtim, sizeof now.st_mtim))
        return;
    seen = now;
    forget();
    FILE *file = path ? fopen(path, "r") : NULL;
    if (!file) return;
    while (fgets(text, sizeof text, file)) {
        char *key = text + strspn(text, " \t"), *end = key + strcspn(key, " \t\n");
        if (*key == '#' || end == key) continue;
        char *value = end + strspn(end, " \t");
        *end = 0;
        value[strcspn(value, "\n")] = 0;
        Line *line = malloc(sizeof *line);
        *line = (Line){strdup(key), strdup(value), lines[slot(key)]};
        lines[slot(key)] = line;
    }
    fclose(file);
}

/* Copies a value out, since the next change of the file frees it. */
static int lookup(const char *unit, const char *key, char value[LONGEST]) {
    char whole[256];
    int found = 0;
    snprintf(whole, sizeof whole, "%s.%s", unit, key);
    pthread_mutex_lock(&state);
    refresh();
    for (Line *line = lines[slot(whole)]; line && !found; line = line->next)
        if (!strcmp(line->key, whole)) {
            snprintf(value, LONGEST, "%s", line->value);
            found = 1;
        }
    pthread_mutex_unlock(&state);
    return found;
}

static int find(const Unit *unit, const char *key, char value[LONGEST]) {
    return lookup(unit->name, key, value) ||
           (unit != &driver && unit->place < 0 && lookup("*", key, value));
}

static int ask_driver(const char *key, int otherwise) {
    char value[LONGEST];
    return lookup("driver", key, value) ? atoi(value) : otherwise;
}

/* What is done to a function: by its own line or by one for all; a MIG instance suffers with
 * its GPU. */
static int suffers(const Unit *unit, const char *what, const char *function, char *value) {
    char key[128], all[32];
    snprintf(key, sizeof key, "%s.%s", what, function);
    snprintf(all, sizeof all, "%s.all", what);
    if (find(unit, key, value) || find(unit, all, value)) return 1;
    return unit != &driver && unit->place >= 0 && suffers(&gpus[unit->gpu], what, function, value);
}

static void pause_for(double seconds) {
    struct timespec time = {(time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9)};
    nanosleep(&time, NULL);
}

static void stall(const Unit *unit, const char *function) {
    char value[LONGEST];
    int locked = ask_driver("lock", 0);
    if (locked) pthread_mutex_lock(&driver_wide);
    while (suffers(unit, "hang", function, value)) pause_for(0.002);
    if (suffers(unit, "delay", function, value)) pause_for(atof(value));
    if (locked) pthread_mutex_unlock(&driver_wide);
}

static int refuse(Unit *unit, const char *function) {
    char value[LONGEST];
    if (suffers(unit, "error", function, value)) return atoi(value);
    if (unit == &driver) return OK;
    Unit *gpu = &gpus[unit->gpu];
    if (!find(gpu, "left", value)) return OK;
    return __atomic_fetch_add(&gpu->calls, 1, __ATOMIC_SEQ_CST) < atoi(value) ? OK : LOST;
}

static int usable(void) {
    if (!started) return UNINITIALIZED;
    return ask_driver("generation", 0) == generation ? OK : UNKNOWN;
}

/* Every call comes in here. */
static int enter(Unit *unit, const char *function) {
    stall(unit, function);
    int code = usable();
    return code ? code : refuse(unit, function);
}

static int answer(Unit *unit, const char *function, int which, char value[LONGEST]) {
    char key[128];
    int code = enter(unit, function);
    if (code) return code;
    if (which < 0) snprintf(key, sizeof key, "%s", function);
    else snprintf(key, sizeof key, "%s.%d", function, which);
    return find(unit, key, value) ? OK : UNSUPPORTED;
}

static int numbers(Unit *unit, const char *function, int which, int count, long long *out) {
    char value[LONGEST], *rest = value;
    int code = answer(unit, function, which, value);
    for (int i = 0; !code && i < count; i++) out[i] = strtoll(rest, &rest, 0);
    return code;
}

static int text(Unit *unit, const char *function, int which, char *out, unsigned size) {
    char value[LONGEST];
    int code = answer(unit, function, which, value);
    if (!code && strlen(value) >= size) code = SMALL;
    if (!code) strcpy(out, value);
    return code;
}

/* One number, into as many bytes as it is wanted in; little-endian, as all that run CUDA. */
static int number(Unit *unit, const char *function, int which, void *out, size_t size) {
    long long n;
    int code = numbers(unit, function, which, 1, &n);
    if (!code && size) memcpy(out, &n, size);
    return code;
}

#define NUMBER(function, type) \
    int function(Unit *unit, type *out) { return number(unit, #function, -1, out, sizeof *out); }
#define NUMBER_OF(function, type, which, ...) /* several arguments make up which one is meant */ \
    int function(Unit *unit, __VA_ARGS__, type *out) { \
        return number(unit, #function, (int)(which), out, sizeof *out); \
    }
#define PAIR(function) \
    int function(Unit *unit, unsigned *first, unsigned *second) { \
        long long n[2]; \
        int code = numbers(unit, #function, -1, 2, n); \
        if (!code) *first = (unsigned)n[0], *second = (unsigned)n[1]; \
        return code; \
    }
#define ROW(function, type, count, skip) /* so many numbers, one behind the other */ \
    int function(Unit *unit, void *out) { \
        long long n[count]; \
        int code = numbers(unit, #function, -1, count, n); \
        for (int i = 0; !code && i < count; i++) ((type *)((char *)out + skip))[i] = (type)n[i]; \
        return code; \
    }
#define TEXT(function) \
    int function(Unit *unit, char *out, unsigned size) { \
        return text(unit, #function, -1, out, size); \
    }
#define SYSTEM_TEXT(function) \
    int function(char *out, unsigned size) { return text(&driver, #function, -1, out, size); }
#define SYSTEM_NUMBER(function, skip) \
    int function(int *out) { return number(&driver, #function, -1, out + skip, sizeof *out); }

SYSTEM_TEXT(nvmlSystemGetDriverVersion)
SYSTEM_TEXT(nvmlSystemGetNVMLVersion)

#define T(name) TEXT(nvmlDeviceGet##name)
#define N(name) NUMBER(nvmlDeviceGet##name, unsigned)
#define L(name) NUMBER(nvmlDeviceGet##name, unsigned long long)
#define W(name) NUMBER_OF(nvmlDeviceGet##name, unsigned, which, unsigned which)
#define P(name) PAIR(nvmlDeviceGet##name)
T(Name) T(UUID) T(Serial) T(VbiosVersion) T(InforomImageVersion)
N(PerformanceState) N(FanSpeed) N(PowerUsage) N(EnforcedPowerLimit) N(PowerManagementLimit)
N(PowerManagementDefaultLimit) N(PcieReplayCounter) N(CurrPcieLinkGeneration) N(CurrPcieLinkWidth)
N(MaxPcieLinkGeneration) N(MaxPcieLinkWidth) N(Brand) N(Index) N(MinorNumber) N(ComputeMode)
N(PersistenceMode) N(InforomConfigurationChecksum) N(MaxMigDeviceCount) N(GpuInstanceId)
N(ComputeInstanceId)
L(TotalEnergyConsumption) L(CurrentClocksEventReasons) L(VirtualizationMode) L(SupportedEventTypes)
W(ClockInfo) W(MaxClockInfo) W(ApplicationsClock) W(Temperature) W(TemperatureThreshold)
W(PcieThroughput) W(NvLinkState)
P(EncoderUtilization) P(DecoderUtilization) P(EccMode) P(MigMode) P(CudaComputeCapability)
P(PowerManagementLimitConstraints) P(AutoBoostedClocksEnabled)
NUMBER_OF(nvmlDeviceGetMemoryErrorCounter, unsigned long long, type * 100 + life * 10 + where,
          unsigned type, unsigned life, unsigned where)
NUMBER_OF(nvmlDeviceGetNvLinkErrorCounter, unsigned long long, link * 10 + which, unsigned link,
          unsigned which)
ROW(nvmlDeviceGetUtilizationRates, unsigned, 2, 0)
ROW(nvmlDeviceGetRowRemapperHistogram, unsigned, 5, 0)
ROW(nvmlDeviceGetMarginTemperature, int, 1, 4)
ROW(nvmlDeviceGetBAR1MemoryInfo, unsigned long long, 3, 0)
ROW(nvmlDeviceGetUnrepairableMemoryFlag_v1, unsigned, 1, 4)
ROW(nvmlDeviceWorkloadPowerProfileGetCurrentProfiles, unsigned, 24, 4)
ROW(nvmlDeviceGetPlatformInfo, unsigned char, 21, 20) /* sixteen of the serial, then the rest */

int nvmlDeviceValidateInforom(Unit *unit) { return number(unit, __func__, -1, NULL, 0); }

SYSTEM_NUMBER(nvmlSystemGetCudaDriverVersion_v2, 0)
SYSTEM_NUMBER(nvmlSystemGetConfComputeState, 1)
int nvmlDeviceGetP2PStatus(Unit *unit, Unit *other, unsigned which, unsigned *out) {
    return which == 2 ? number(unit, __func__, other->gpu, out, sizeof *out) : INVALID;
}

int nvmlDeviceGetInforomVersion(Unit *unit, unsigned which, char *out, unsigned size) {
    return text(unit, "nvmlDeviceGetInforomVersion", (int)which, out, size);
}

/* As `total reserved free used`, in bytes. */
ROW(nvmlDeviceGetMemoryInfo_v2, unsigned long long, 4, 8)

typedef struct { unsigned version; unsigned long long counts[11]; unsigned exceeded; } Sram;

/* The flag alone. */
ROW(nvmlDeviceGetSramEccErrorStatus, unsigned, 1, offsetof(Sram, exceeded))

typedef struct {
    unsigned version;
    unsigned char cluster[16];
    unsigned told[4];
    unsigned char summary;
} Fabric;

/* As `status clique state health summary`. */
int nvmlDeviceGetGpuFabricInfoV(Unit *unit, Fabric *out) {
    long long n[5];
    int code = numbers(unit, "nvmlDeviceGetGpuFabricInfoV", -1, 5, n);
    if (code) return code;
    for (int i = 0; i < 16; i++) out->cluster[i] = (unsigned char)(i + 1);
    for (int i = 0; i < 4; i++) out->told[i] = (unsigned)n[i];
    if (out->version >> 24 >= 3) out->summary = (unsigned char)n[4];
    return OK;
}

typedef struct { char legacy[16]; unsigned domain, bus, device, id, subsystem; char bus_id[32]; } Pci;

/* As `domain bus device`. */
ROW(nvmlDeviceGetPciInfo_v3, unsigned, 3, offsetof(Pci, domain))

typedef struct {
    unsigned code, state;
    char licence[128], product[128];
    unsigned enabled, year;
    unsigned short when[5];
    unsigned char status;
} Feature;
typedef struct { int supported; unsigned count; Feature features[3]; } Features;

/* One state. */
int nvmlDeviceGetGridLicensableFeatures_v4(Unit *unit, Features *out) {
    out->supported = out->count = 1;
    return number(unit, __func__, -1, &out->features[0].state, sizeof(unsigned));
}

typedef struct {
    unsigned field, scope;
    long long time, latency;
    unsigned type;
    int code;
    union { double d; unsigned long long u; } value;
} Field;

static long long microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

int nvmlDeviceGetFieldValues(Unit *unit, int count, Field *fields) {
    char key[64], value[LONGEST];
    int code = enter(unit, "nvmlDeviceGetFieldValues");
    for (int i = 0; !code && i < count; i++) {
        Field *field = &fields[i];
        snprintf(key, sizeof key, "error.field.%u", field->field);
        if (find(unit, key, value)) {
            field->code = atoi(value);
            continue;
        }
        if (field->scope) snprintf(key, sizeof key, "field.%u.%u", field->field, field->scope);
        else snprintf(key, sizeof key, "field.%u", field->field);
        field->code = find(unit, key, value) ? OK : UNSUPPORTED;
        field->type = 3;
        field->time = microseconds();
        field->value.u = strtoull(field->code ? "0" : value, NULL, 0);
    }
    return code;
}

/* Processes. */

typedef struct { unsigned pid; unsigned long long memory; unsigned gi, ci; } Process;

/* As `pid memory instance` for each, -1 where there is none of it. */
static int listed(Unit *unit, const char *function, unsigned *room, Process *out) {
    char value[LONGEST], *rest = value, *end;
    unsigned count = 0;
    int code = answer(unit, function, -1, value);
    if (code) return code;
    for (long pid; pid = strtol(rest, &end, 0), end != rest; count++) {
        long long memory = strtoll(end, &rest, 0), instance = strtoll(rest, &rest, 0);
        if (out && count < *room)
            out[count] = (Process){(unsigned)pid, (unsigned long long)memory, (unsigned)instance,
                                   instance < 0 ? ~0u : 0};
    }
    code = count > *room ? SMALL : OK;
    *room = count;
    return code;
}

#define LISTED(function) \
    int function(Unit *unit, unsigned *room, Process *out) { \
        return listed(unit, #function, room, out); \
    }
LISTED(nvmlDeviceGetComputeRunningProcesses_v3)
LISTED(nvmlDeviceGetGraphicsRunningProcesses_v3)

typedef struct { unsigned pid; unsigned long long time; unsigned sm, memory, enc, dec; } Share;

/* As `pid time sm` for each; those after a time, if there are any. */
int nvmlDeviceGetProcessUtilization(Unit *unit, Share *out, unsigned *room,
                                    unsigned long long after) {
    char value[LONGEST], *rest = value, *end;
    unsigned count = 0;
    int code = answer(unit, __func__, -1, value);
    if (code) return code;
    for (long pid; pid = strtol(rest, &end, 0), end != rest;) {
        unsigned long long time = strtoull(end, &rest, 0), sm = strtoull(rest, &rest, 0);
        if (time <= after) continue;
        if (out && count < *room) out[count] = (Share){(unsigned)pid, time, (unsigned)sm, 0, 0, 0};
        count++;
    }
    code = !count ? NOT_FOUND : count > *room ? SMALL : OK;
    *room = count;
    return code;
}

/* Start, end, and which GPUs there are. */

int nvmlInitWithFlags(unsigned flags) {
    (void)flags;
    stall(&driver, __func__);
    int code = refuse(&driver, __func__);
    if (code) return code;
    pthread_mutex_lock(&state);
    refresh();
    for (int i = 0; i < GPUS; i++) {
        gpus[i].gpu = i, gpus[i].place = -1;
        snprintf(gpus[i].name, sizeof gpus[i].name, "%d", i);
        for (int j = 0; j < PLACES; j++) {
            places[i][j].gpu = i, places[i][j].place = j;
            snprintf(places[i][j].name, sizeof places[i][j].name, "%d/%d", i, j);
        }
    }
    pthread_mutex_unlock(&state);
    generation = ask_driver("generation", 0);
    char path[LONGEST];
    if (__atomic_add_fetch(&started, 1, __ATOMIC_SEQ_CST) == 1 && lookup("driver", "device", path))
        device = open(path, O_RDONLY);
    return OK;
}

int nvmlShutdown(void) {
    stall(&driver, __func__);
    if (!started) return UNINITIALIZED;
    int code = refuse(&driver, __func__);
    if (!code && !__atomic_sub_fetch(&started, 1, __ATOMIC_SEQ_CST) && device >= 0)
        close(device), device = -1;
    return code;
}

int nvmlDeviceGetCount_v2(unsigned *out) {
    int code = enter(&driver, __func__);
    if (!code) *out = (unsigned)ask_driver("gpus", 0);
    return code;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, Unit **out) {
    int code = enter(&driver, __func__);
    if (!code && index >= (unsigned)ask_driver("gpus", 0)) return INVALID;
    if (!code) code = refuse(&gpus[index], __func__);
    if (!code) *out = &gpus[index];
    return code;
}

int nvmlDeviceGetMigDeviceHandleByIndex(Unit *gpu, unsigned place, Unit **out) {
    char value[LONGEST];
    int code = enter(gpu, __func__);
    if (code) return code;
    if (place >= PLACES || !find(&places[gpu->gpu][place], "nvmlDeviceGetGpuInstanceId", value))
        return NOT_FOUND;
    *out = &places[gpu->gpu][place];
    return OK;
}

/* Objects that must be given back, once, and not be used after. */

int stand_in_alive(void) { return alive; }

static void *obtain(size_t size) {
    unsigned *object = calloc(1, size);
    *object = ALIVE;
    __atomic_add_fetch(&alive, 1, __ATOMIC_SEQ_CST);
    return object;
}

static void hold_to_it(const void *object, const char *function) {
    if (object && *(const unsigned *)object == ALIVE) return;
    fprintf(stderr, "%s: of something that was freed\n", function);
    abort();
}

static void give_back(void *object, const char *function) {
    hold_to_it(object, function);
    *(unsigned *)object = DEAD; /* kept, so that a second time is noticed */
    __atomic_sub_fetch(&alive, 1, __ATOMIC_SEQ_CST);
}

int nvmlEventSetCreate(Set **out) {
    int code = enter(&driver, __func__);
    if (!code) *out = obtain(sizeof **out);
    return code;
}

/* Memory of the process, which a restart of the driver leaves where it is. */
static int free_object(void *object, const char *function) {
    stall(&driver, function);
    int code = started ? refuse(&driver, function) : UNINITIALIZED;
    if (!code) give_back(object, function);
    return code;
}

int nvmlEventSetFree(Set *set) { return free_object(set, __func__); }

/* What stands in a place, and whether something does; an XID is its code alone. */
static int happened(const Unit *gpu, const char *key, int place, unsigned long long *type,
                    unsigned long long *data) {
    char value[LONGEST], *rest = value, *end;
    if (!find(gpu, key, value)) return 0;
    do {
        *type = XID, *data = strtoull(rest, &end, 0);
        if (end == rest) return 0;
        if (strcmp(key, "xids")) *type = *data, *data = *end == ':' ? strtoull(end + 1, &end, 0) : 0;
        rest = end;
    } while (place--);
    return 1;
}

static int next(Set *set, int i, unsigned long long *type, unsigned long long *data) {
    static const char *keys[] = {"xids", "events"};
    for (int j = 0; j < 2; j++)
        while (happened(set->gpus[i], keys[j], set->heard[i][j], type, data)) {
            set->heard[i][j]++;
            if (*type & set->types[i]) return 1;
        }
    return 0;
}

/* What happened before is not told: as with the real one. */
int nvmlDeviceRegisterEvents(Unit *gpu, unsigned long long types, Set *set) {
    unsigned long long type, data;
    int refused = enter(gpu, __func__);
    if (refused) return refused;
    hold_to_it(set, __func__);
    set->gpus[set->count] = gpu, set->types[set->count] = types;
    while (next(set, set->count, &type, &data)) continue;
    set->count++;
    return OK;
}

typedef struct { Unit *gpu; unsigned long long type, data; unsigned gi, ci; } Event;

int nvmlEventSetWait_v2(Set *set, Event *event, unsigned milliseconds) {
    hold_to_it(set, __func__);
    for (int i = 0; i < set->count; i++) stall(set->gpus[i], __func__);
    int code = usable();
    for (double waited = 0; !code; waited += 2) {
        hold_to_it(set, __func__);
        for (int i = 0; i < set->count; i++) {
            *event = (Event){.gpu = set->gpus[i], .gi = ~0u, .ci = ~0u};
            if (next(set, i, &event->type, &event->data)) return OK;
        }
        for (int i = 0; !code && i < set->count; i++) code = refuse(set->gpus[i], __func__);
        if (code || waited >= milliseconds) break;
        pause_for(0.002);
    }
    return code ? code : TIMEOUT;
}

/* Profiling. */

typedef struct { unsigned version, supported; } Support;
typedef struct { unsigned id; int code; double value; const char *names[3]; } Metric;
typedef struct { unsigned version, count; Sample *first, *second; Metric metrics[]; } Metrics;

ROW(nvmlGpmQueryDeviceSupport, unsigned, 1, offsetof(Support, supported))

int nvmlGpmSampleAlloc(Sample **out) {
    int code = enter(&driver, __func__);
    if (!code) *out = obtain(sizeof **out);
    return code;
}

int nvmlGpmSampleFree(Sample *sample) { return free_object(sample, __func__); }

static int take(Unit *unit, Sample *sample, const char *function) {
    struct timespec now;
    int code = enter(unit, function);
    if (code) return code;
    hold_to_it(sample, function);
    clock_gettime(CLOCK_MONOTONIC, &now);
    sample->unit = unit;
    sample->taken = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
    return OK;
}

int nvmlGpmSampleGet(Unit *unit, Sample *sample) { return take(unit, sample, __func__); }

int nvmlGpmMigSampleGet(Unit *gpu, unsigned instance, Sample *sample) {
    char value[LONGEST];
    for (int i = 0; i < PLACES; i++) {
        Unit *place = &places[gpu->gpu][i];
        if (find(place, "nvmlDeviceGetGpuInstanceId", value) && (unsigned)atoi(value) == instance)
            return take(place, sample, __func__);
    }
    return INVALID;
}

/* Two samples less than a tenth of a second apart give nonsense on hardware, and an error here. */
int nvmlGpmMetricsGet(Metrics *out) {
    char key[32], value[LONGEST];
    hold_to_it(out->first, __func__);
    hold_to_it(out->second, __func__);
    int code = enter(out->second->unit, __func__);
    if (code) return code;
    if (out->first->unit != out->second->unit) return INVALID;
    if (out->second->taken - out->first->taken < 0.1) return UNKNOWN;
    for (unsigned i = 0; i < out->count; i++) {
        Metric *metric = &out->metrics[i];
        snprintf(key, sizeof key, "gpm.%u", metric->id);
        metric->code = find(out->second->unit, key, value) ? OK : UNSUPPORTED;
        if (!metric->code) metric->value = atof(value);
    }
    return OK;
}
