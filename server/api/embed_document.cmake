# Writes OUTPUT: the file DOCUMENT as openapi_document(). Run by the build (cmake -P).
file(READ ${DOCUMENT} text)
file(WRITE ${OUTPUT} "#include \"server/api/api.hpp\"\n\nnamespace etappe::api {\n\nstd::string_view openapi_document() {\n  static constexpr std::string_view kText = R\"openapi(${text})openapi\";\n  return kText;\n}\n\n}  // namespace etappe::api\n")
