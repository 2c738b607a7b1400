// SPDX-License-Identifier: Apache-2.0
// JavaScript values <-> the module's structs. The TypeScript face has checked types and ranges before.
#pragma once

#include <cstring>
#include <napi.h>

namespace values {

// ---- from JavaScript ----

// Reads the fields of an object. While a worker is being terminated nothing can be read any more: then Ok() is false, and
// what was read must not be used.
class Reader {
public:
  explicit Reader(const Napi::Value &object) : env_(object.Env()), object_(object) {}

  bool Ok() const {
    return ok_;
  }

  bool Has(const char *key) {
    return !Missing(Get(key));
  }

  int64_t Integer(const char *key, int64_t missing = 0) {
    const Napi::Value value = Get(key);
    return Missing(value) ? missing : value.As<Napi::Number>().Int64Value();
  }

  bool Flag(const char *key) {
    const Napi::Value value = Get(key);
    return !Missing(value) && value.As<Napi::Boolean>();
  }

  // Copies a string into a fixed field and ends it with NUL; what does not fit is cut, so that the module refuses it.
  template <size_t Size> void Text(const char *key, char (&field)[Size]) {
    const Napi::Value value = Get(key);
    if (Missing(value)) return;
    const std::string text = value.As<Napi::String>().Utf8Value();
    std::memset(field, 0, Size);
    std::memcpy(field, text.data(), text.size() < Size ? text.size() : Size);
  }

  // Copies bytes into a fixed field.
  template <size_t Size> void Bytes(const char *key, uint8_t (&field)[Size]) {
    const Napi::Value value = Get(key);
    if (Missing(value)) return;
    const auto bytes = value.As<Napi::Buffer<uint8_t>>();
    std::memcpy(field, bytes.Data(), bytes.Length() < Size ? bytes.Length() : Size);
  }

  // Hands each element of a list to `take(index, element)`.
  template <typename Take> void Each(const char *key, Take take) {
    const Napi::Value list = Get(key);
    if (Missing(list)) return;
    for (uint32_t i = 0; i < list.As<Napi::Array>().Length(); i++) {
      napi_value element;
      if (napi_get_element(env_, list, i, &element) != napi_ok)
        ok_ = false;
      else
        take(i, Napi::Value(env_, element));
    }
  }

private:
  Napi::Value Get(const char *key) {
    napi_value value;
    if (napi_get_named_property(env_, object_, key, &value) == napi_ok) return Napi::Value(env_, value);
    ok_ = false;
    return Napi::Value();
  }

  static bool Missing(const Napi::Value &value) {
    return value.IsEmpty() || value.IsUndefined() || value.IsNull();
  }

  napi_env env_;
  napi_value object_;
  bool ok_ = true;
};

// ---- to JavaScript ----

template <typename Number> Napi::Value FromNumber(Napi::Env env, Number number) {
  return Napi::Number::New(env, static_cast<double>(number));
}

// An object, field by field.
class Builder {
public:
  explicit Builder(Napi::Env env) : env_(env), object_(Napi::Object::New(env)) {}

  template <typename Any> Builder &Number(const char *key, Any number) {
    object_.Set(key, FromNumber(env_, number));
    return *this;
  }

  Builder &Flag(const char *key, bool flag) {
    object_.Set(key, Napi::Boolean::New(env_, flag));
    return *this;
  }

  template <size_t Size> Builder &Text(const char *key, const char (&field)[Size]) {
    object_.Set(key, Napi::String::New(env_, field, strnlen(field, Size)));
    return *this;
  }

  template <size_t Size> Builder &Bytes(const char *key, const uint8_t (&field)[Size]) {
    object_.Set(key, Napi::Buffer<uint8_t>::Copy(env_, field, Size));
    return *this;
  }

  // Nanoseconds as the milliseconds that a Date takes.
  Builder &Milliseconds(const char *key, uint64_t ns) {
    return Number(key, ns / 1000000);
  }

  Napi::Object Done() {
    return object_;
  }

private:
  Napi::Env env_;
  Napi::Object object_;
};

} // namespace values
