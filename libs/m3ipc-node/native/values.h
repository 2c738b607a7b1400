// SPDX-License-Identifier: Apache-2.0
// JavaScript values <-> the module's structs. The TypeScript face has checked types and ranges before.
#pragma once

#include <cstring>
#include <napi.h>

namespace values {

inline bool Has(const Napi::Object &object, const char *key) {
  const Napi::Value value = object.Get(key);
  return !value.IsUndefined() && !value.IsNull();
}

inline int64_t Integer(const Napi::Object &object, const char *key, int64_t missing = 0) {
  const Napi::Value value = object.Get(key);
  return value.IsNumber() ? value.As<Napi::Number>().Int64Value() : missing;
}

// Copies a string into a fixed field and ends it with NUL; what does not fit is cut, so that the module refuses it.
template <size_t Size> void Text(const Napi::Object &object, const char *key, char (&field)[Size]) {
  const Napi::Value value = object.Get(key);
  if (!value.IsString()) return;
  const std::string text = value.As<Napi::String>().Utf8Value();
  std::memset(field, 0, Size);
  std::memcpy(field, text.data(), text.size() < Size ? text.size() : Size);
}

// Copies bytes into a fixed field.
template <size_t Size> void Bytes(const Napi::Object &object, const char *key, uint8_t (&field)[Size]) {
  const Napi::Value value = object.Get(key);
  if (!value.IsBuffer()) return;
  const auto bytes = value.As<Napi::Buffer<uint8_t>>();
  std::memcpy(field, bytes.Data(), bytes.Length() < Size ? bytes.Length() : Size);
}

template <size_t Size> Napi::Value FromText(Napi::Env env, const char (&field)[Size]) {
  return Napi::String::New(env, field, strnlen(field, Size));
}

template <typename Number> Napi::Value FromNumber(Napi::Env env, Number number) {
  return Napi::Number::New(env, static_cast<double>(number));
}

} // namespace values
