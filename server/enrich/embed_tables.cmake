# Writes OUTPUT: FOLDER/networks/*.json and FOLDER/referrers.tsv as text. Run by the build (cmake -P).
# A compiler may refuse a string literal of more than 64 KiB, so long texts are written in pieces.
function(as_literal out text)
  string(LENGTH "${text}" length)
  set(literal "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 8000 piece)
    string(APPEND literal "R\"table(${piece})table\"\n")
    math(EXPR at "${at} + 8000")
  endwhile()
  set(${out} "${literal}" PARENT_SCOPE)
endfunction()

file(GLOB files ${FOLDER}/networks/*.json)
list(SORT files)
set(rows "")
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME)
  file(READ ${file} text)
  as_literal(literal "${text}")
  string(APPEND rows "    {\"${name}\", ${literal}},\n")
endforeach()
file(READ ${FOLDER}/referrers.tsv text)
as_literal(referrers "${text}")
file(WRITE ${OUTPUT} "#include \"server/enrich/embedded.hpp\"

namespace etappe::enrich {

std::span<const NamedText> embedded_networks() {
  static constexpr NamedText kFiles[] = {
${rows}  };
  return kFiles;
}

NamedText embedded_referrers() {
  return {\"referrers.tsv\", ${referrers}};
}

}  // namespace etappe::enrich
")
