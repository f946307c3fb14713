/* Lets a Rust program without `unsafe` code fork: `std::fs::read_link("/fork-this-process")` forks, and
   returns the path `child` or `parent`. Loaded with `LD_PRELOAD`. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* A child that hangs is killed after this many seconds. */
#define MAX_LIFETIME 100

ssize_t readlink(const char *path, char *buffer, size_t size)
{
    const char *answer = "parent";

    if (strcmp(path, "/fork-this-process") != 0)
        return syscall(SYS_readlinkat, AT_FDCWD, path, buffer, size);
    if (fork() == 0) {
        alarm(MAX_LIFETIME);
        answer = "child";
    }
    memcpy(buffer, answer, strlen(answer));
    return (ssize_t)strlen(answer);
}
