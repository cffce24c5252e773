/* What SQLCipher says on Android goes through these functions of the NDK's `liblog`. */
#pragma once
#include <stdarg.h>
enum { ANDROID_LOG_VERBOSE = 2, ANDROID_LOG_DEBUG, ANDROID_LOG_INFO, ANDROID_LOG_WARN, ANDROID_LOG_ERROR };
int __android_log_print(int priority, const char *tag, const char *format, ...);
int __android_log_vprint(int priority, const char *tag, const char *format, va_list arguments);
int __android_log_write(int priority, const char *tag, const char *text);
