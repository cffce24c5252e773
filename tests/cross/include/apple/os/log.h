/* The two calls by which SQLCipher writes to Apple's log, by their public documentation. */
#pragma once
typedef struct os_log_s *os_log_t;
os_log_t os_log_create(const char *subsystem, const char *category);
void gewu_os_log(os_log_t log, const char *format, ...);
#define OS_LOG_DEFAULT ((os_log_t)0)
#define os_log(log, format, ...) gewu_os_log((log), (format), ##__VA_ARGS__)
