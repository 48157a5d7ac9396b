#include "server/papers/papers.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace etappe::papers {
namespace {

using consent::Policy;

std::string date_of(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

/// The text of one site, section by section.
class Writer {
 public:
  Writer(const Installation& installation, const SiteFacts& site, Language language)
      : installation_(installation), site_(site), is_german_(language == Language::german) {}

  std::string write() {
    line("\n# " + plain(site_.name) + " (" + site_.key + "): " + plain(joined(site_.domains)) + "\n");
    record_of_processing();
    storage();
    recipients();
    measures();
    annex();
    assessment();
    return std::move(text_);
  }

 private:
  [[nodiscard]] std::string say(std::string_view german, std::string_view english) const {
    return std::string(is_german_ ? german : english);
  }
  void line(const std::string& text) { text_ += text + "\n"; }
  void title(std::string_view german, std::string_view english) {
    line("\n## " + say(german, english) + "\n");
  }
  void row(const std::string& first, const std::string& second) {
    line("| " + first + " | " + second + " |");
  }
  void head(std::string_view german, std::string_view english) {
    const std::string names = say(german, english);
    line("| " + names + " |");
    std::string rule = "|---|";
    for (std::size_t at = names.find(" | "); at != std::string::npos; at = names.find(" | ", at + 1))
      rule += "---|";
    line(rule);
  }
  /// A site's own words cannot change the document.
  static std::string plain(std::string text) {
    for (char& c : text)
      if (c == '|' || c == '\n' || c == '\r' || c == '<' || c == '`') c = ' ';
    return text;
  }
  [[nodiscard]] bool listens(std::string_view name) const {
    return std::ranges::find(site_.listeners, name) != site_.listeners.end();
  }
  [[nodiscard]] bool is_anywhere(Policy policy) const {
    return site_.policy == policy ||
           std::ranges::any_of(site_.regions, [&](const auto& one) { return one.policy == policy; });
  }
  [[nodiscard]] std::string sentence_of(Policy policy) const {
    switch (policy) {
      case Policy::block:
        return say("vor einer Einwilligung wird nichts erfasst, gesendet oder gespeichert",
                   "before consent nothing is recorded, sent or stored");
      case Policy::queue:
        return say(
            "vor einer Einwilligung bleiben höchstens 250 Ereignisse im Arbeitsspeicher der Seite; eine "
            "Ablehnung löscht sie. "
            "§ 25 TDDDG kann trotzdem eine Einwilligung verlangen",
            "before consent at most 250 events stay in the page's memory; a refusal deletes them. § 25 TDDDG "
            "may still "
            "require consent");
      case Policy::cookieless:
        return say(
            "vor einer Einwilligung wird ohne Zugriff auf das Gerät gezählt: ein Tages-Hash aus Adresse, "
            "Browserkennung und "
            "Website mit einem Schlüssel, der nach dem Tag vernichtet wird. § 25 TDDDG kann trotzdem eine "
            "Einwilligung verlangen",
            "before consent visits are counted without touching the device: a hash of the day over address, "
            "user agent and "
            "site, with a key that is destroyed when the day is over. § 25 TDDDG may still require consent");
    }
    return {};
  }

  void record_of_processing() {
    title("1 Verzeichnis von Verarbeitungstätigkeiten (Art. 30 Abs. 1 DSGVO)",
          "1 Record of processing activities (Art. 30(1) GDPR)");
    head("Angabe | Inhalt", "item | content");
    row(say("Verantwortlicher", "Controller"),
        say("[Name, Anschrift, Vertretung]", "[name, address, representative]"));
    row(say("Datenschutzbeauftragte", "Data protection officer"), say("[Name, Kontakt]", "[name, contact]"));
    row(say("Zweck", "Purpose"), say("Reichweite und Wirkung messen: welche Seiten besucht werden, welche "
                                     "Werbung, Partner und Suchmaschinen dazu führen, welche "
                                     "Ziele erreicht werden",
                                     "measuring reach and effect: which pages are visited, which "
                                     "advertising, partners and search engines lead there, which "
                                     "goals are reached"));
    row(say("Betroffene", "Data subjects"), say("Besucher der Website", "visitors of the website"));
    std::string data =
        say("Seitenadresse, Titel und Referrer (auf dem Gerät und im Collector bereinigt), Zeit, Kampagnen- "
            "und Klickkennungen, "
            "Geräteklasse, Einwilligungsstand",
            "page address, title and referrer (redacted on the device and in the collector), time, campaign "
            "and click ids, "
            "kind of device, state of consent");
    data += "; " + say("mit Einwilligung: zufällige Besucher- und Sitzungskennung",
                       "with consent: random visitor and session id");
    if (listens("links")) data += say(", Klicks auf Links und Dateien", ", clicks on links and files");
    if (listens("buttons")) data += say(", Klicks auf Schaltflächen", ", clicks on buttons");
    if (listens("engagement")) data += say(", Aufmerksamkeit und Lesetiefe", ", attention and scroll depth");
    if (listens("impressions")) data += say(", gesehene Elemente", ", elements seen");
    if (listens("forms"))
      data += say(", Beginn und Absenden von Formularen (nie Inhalte)",
                  ", start and sending of forms (never contents)");
    if (listens("commerce")) data += say(", Warenkorb und Bestellungen", ", cart and orders");
    if (listens("identify"))
      data += say(", Kundenkennung als doppelter Hash (pseudonym)",
                  ", the customer's id as a double hash (pseudonymous)");
    row(say("Datenkategorien", "Categories of data"), data);
    row(say("Rechtsgrundlage", "Legal basis"),
        say("Einwilligung, Art. 6 Abs. 1 Buchst. a DSGVO, § 25 Abs. 1 TDDDG",
            "consent, Art. 6(1)(a) GDPR, § 25(1) TDDDG") +
            (is_anywhere(Policy::cookieless)
                 ? say("; für die Zählung ohne Kennung: [vom Verantwortlichen zu prüfen]",
                       "; for counting without ids: [to be examined by the controller]")
                 : ""));
    row(say("Vor der Entscheidung", "Before the decision"), sentence_of(site_.policy));
    for (const consent::RegionPolicy& one : site_.regions)
      row(say("Vor der Entscheidung in ", "Before the decision in ") + joined(one.in),
          sentence_of(one.policy));
    if (!site_.regions.empty())
      row(say("Region", "Region"), installation_.region_header.empty()
                                       ? say("keine bekannt; es gilt die strengste der Regeln",
                                             "none is known; the strictest of the rules holds")
                                       : say("aus der Kopfzeile ", "from the header ") +
                                             installation_.region_header +
                                             say(" des eigenen Proxys; unbekannt: die strengste der Regeln",
                                                 " of the own proxy; unknown: the strictest of the rules"));
    row(say("Einwilligung über", "Consent through"), consent_sources());
    row(say("Löschfristen", "Time limits for erasure"),
        say("Zeilen: ", "rows: ") + std::to_string(site_.retention_months) +
            say(" Monate; Kennungen: 13 Monate, nicht verlängert; ",
                " months; ids: 13 months, not renewed; ") +
            (site_.erases_on_withdrawal
                 ? say("bei Widerruf sofort, mit Beleg", "on withdrawal at once, with a receipt")
                 : say("ein Widerruf beendet die Erfassung, gelöscht wird auf Antrag",
                       "a withdrawal ends recording, erasure follows on request")));
    row(say("Empfänger, Drittländer", "Recipients, third countries"), say("siehe 3", "see 3"));
    row(say("Maßnahmen", "Measures"), say("siehe 4", "see 4"));
  }

  [[nodiscard]] std::string consent_sources() const {
    std::vector<std::string> all;
    if (site_.has_banner) all.push_back(say("das eigene Banner", "the own banner"));
    for (const std::string& adapter : site_.adapters) all.push_back(adapter);
    all.push_back(
        say("den Aufruf etappe('consent', …) der Website", "the website's call etappe('consent', …)"));
    std::string text = joined(all);
    if (!site_.policy_version.empty()) text += say("; Fassung ", "; version ") + plain(site_.policy_version);
    return text;
  }

  void storage() {
    title("2 Cookies und andere Speicher auf dem Gerät (§ 25 TDDDG)",
          "2 Cookies and other storage on the device (§ 25 TDDDG)");
    head("Name | Art | Zweck | gesetzt | Dauer", "name | kind | purpose | set | kept");
    const auto entry = [this](const std::string& name, const std::string& kind, const std::string& purpose,
                              const std::string& when, const std::string& how_long) {
      line("| `" + name + "` | " + kind + " | " + purpose + " | " + when + " | " + how_long + " |");
    };
    const std::string granted = say("nach Einwilligung", "after consent");
    entry("etappe_" + site_.key, say("Cookie, erste Partei", "cookie, first party"),
          say("Besucher- und Sitzungskennung, Einwilligung, Kampagne der Sitzung",
              "visitor and session id, consent, the session's campaign"),
          granted, say("13 Monate, nicht verlängert", "13 months, not renewed"));
    if (site_.has_server_cookie)
      entry("etappe_id_" + site_.key, say("Cookie, erste Partei, HttpOnly", "cookie, first party, HttpOnly"),
            say("Besucherkennung", "visitor id"),
            granted + say("; nur wenn Collector und Website eine Domain teilen",
                          "; only where collector and site share a domain"),
            say("13 Monate, nicht verlängert", "13 months, not renewed"));
    if (site_.has_retry_storage)
      entry("etappe_" + site_.key, "localStorage", say("nicht zugestellte Ereignisse", "undelivered events"),
            granted, say("bis zur Zustellung, höchstens ein Tag", "until delivered, a day at most"));
    if (site_.has_banner || site_.has_my_data) {
      entry(
          "etappe_banner_" + site_.key, "localStorage",
          say("die Entscheidung selbst (unbedingt erforderlich)", "the decision itself (strictly necessary)"),
          site_.has_banner && site_.remember_refusal_days > 0
              ? say("nach der Entscheidung", "after the decision")
              : granted,
          say("Zustimmung 13 Monate", "consent 13 months") +
              (site_.has_banner && site_.remember_refusal_days > 0
                   ? say(", Ablehnung ", ", refusal ") + std::to_string(site_.remember_refusal_days) +
                         say(" Tage", " days")
                   : say("; eine Ablehnung wird nicht gespeichert", "; a refusal is not stored")));
    }
    if (site_.has_staff_link)
      entry("etappe_staff_" + site_.key, "localStorage",
            say("eigene Mitarbeiter nicht zählen", "not counting own staff"),
            say("durch den Link #etappe-staff=on", "by the link #etappe-staff=on"),
            say("bis #etappe-staff=off", "until #etappe-staff=off"));
    line("\n" +
         say("Ohne Einwilligung setzt das Skript nichts. Ein Widerruf löscht die Kennungen und was "
             "wartet, auch das HttpOnly-Cookie.",
             "Without consent the script sets nothing. A withdrawal deletes the ids and what waits, "
             "the HttpOnly cookie too.") +
         (site_.has_staff_link ? say(" Der Eintrag für eigene Mitarbeiter wird auf jeder Seite gelesen.",
                                     " The entry for own staff is read on every page.")
                               : ""));
    if (!site_.linked_domains.empty())
      line(say("Verknüpfte Domains (zwei Minuten gültig, nur nach Einwilligung): ",
               "Linked domains (valid for two minutes, after consent only): ") +
           plain(joined(site_.linked_domains)));
  }

  void recipients() {
    title("3 Empfänger und Drittländer", "3 Recipients and third countries");
    line(say("Etappe läuft beim Verantwortlichen; der Collector ist ",
             "Etappe runs at the controller's; the collector is ") +
         installation_.collector +
         say(". Es gibt keinen Dienst des Herstellers, keine Nutzungsmeldungen und keine Übermittlung in "
             "Drittländer durch Etappe selbst.",
             ". There is no service of the maker's, no telemetry, and no transfer to third countries by "
             "Etappe itself."));
    line("\n" +
         say("Hosting: [Anbieter, Land, Vertrag nach Art. 28 DSGVO]",
             "Hosting: [provider, country, agreement under Art. 28 GDPR]") +
         "\n");
    if (site_.tags.empty()) {
      line(say("Conversion-Tags: keine.", "Conversion tags: none."));
      return;
    }
    head("Conversion-Tag | Vorlage | Einwilligung | Empfänger",
         "conversion tag | template | consent | recipient");
    for (const TagFacts& tag : site_.tags)
      line("| " + plain(tag.name) + " | " + plain(tag.template_name) + " | " + joined(tag.consent) + " | " +
           (tag.template_name.starts_with("etappe-")
                ? say("niemand: eigener Collector", "nobody: the own collector")
                : say("[eintragen]", "[fill in]")) +
           " |");
  }

  void measures() {
    title("4 Technische und organisatorische Maßnahmen (Art. 32 DSGVO)",
          "4 Technical and organisational measures (Art. 32 GDPR)");
    const auto item = [this](std::string_view german, std::string_view english) {
      line("- " + say(german, english));
    };
    item(
        "Datenminimierung: keine Adressen in Dateien, Speicher oder Protokoll; E-Mail-Adressen, "
        "Telefonnummern und Token werden auf dem "
        "Gerät und noch einmal im Collector aus Adressen entfernt",
        "data minimisation: no addresses in files, store or log; e-mail addresses, phone numbers and tokens "
        "are removed from addresses on "
        "the device and once more in the collector");
    if (site_.redaction_rules > 0)
      line("- " + say("eigene Regeln zur Bereinigung: ", "own rules of redaction: ") +
           std::to_string(site_.redaction_rules));
    item(
        "Pseudonymisierung: zufällige Kennungen; Kundenkennungen nur als HMAC mit einem Schlüssel der "
        "Installation",
        "pseudonymisation: random ids; customer ids only as an HMAC with the installation's key");
    item(
        "Zugang: Anmeldung mit argon2id-Hash, Rollen, begrenzte Versuche; Auskunft und Löschung nur für "
        "Administratoren, mit Zweck und "
        "Eintrag im Audit-Protokoll",
        "access: sign-in with an argon2id hash, roles, limited attempts; access and erasure for "
        "administrators only, with purpose and entry "
        "in the audit log");
    line("- " + (installation_.has_admin_tls
                     ? say("Verwaltung hinter einem Proxy mit TLS", "administration behind a proxy with TLS")
                     : say("Verwaltung nur auf dem Rechner selbst erreichbar",
                           "administration reachable on the machine itself only")));
    item(
        "Integrität: Beacons nur von Domains der Website; veröffentlichte Einstellungen sind mit Ed25519 "
        "signiert",
        "integrity: beacons from domains of the site only; published settings are signed with Ed25519");
    item("Verfügbarkeit: angenommen heißt auf der Platte; ein Absturz verliert nichts Angenommenes",
         "availability: accepted means on disk; a crash loses nothing accepted");
    item(
        "Löschung: je Zeile und Ort belegt; nach einer Wiederherstellung werden Löschungen erneut ausgeführt "
        "(`etappe erase --apply-tombstones`)",
        "erasure: with a receipt by place; after a restore erasures are carried out again (`etappe erase "
        "--apply-tombstones`)");
    if (site_.own_ranges > 0)
      line("- " +
           say("eigene Mitarbeiter ausgenommen: Adressbereiche ", "own staff left out: address ranges ") +
           std::to_string(site_.own_ranges));
    item("[Zutritt, Verschlüsselung der Datenträger, Sicherungen, Schulung: vom Betreiber zu ergänzen]",
         "[physical access, disk encryption, backups, training: to be added by the operator]");
  }

  void annex() {
    title("5 Anhang zur Auftragsverarbeitung (Art. 28 Abs. 3 DSGVO)",
          "5 Annex to a processing agreement (Art. 28(3) GDPR)");
    line(say("Nur nötig, wenn ein Dienstleister Etappe für den Verantwortlichen betreibt.",
             "Only needed where a provider runs Etappe for the controller.") +
         "\n");
    head("Punkt | Inhalt", "item | content");
    row(say("Gegenstand, Art und Zweck", "Subject, nature and purpose"),
        say("Betrieb von Etappe; siehe 1", "operation of Etappe; see 1"));
    row(say("Dauer", "Duration"), say("[Laufzeit des Vertrags]", "[term of the agreement]"));
    row(say("Daten und Betroffene", "Data and data subjects"), say("siehe 1", "see 1"));
    row(say("Weisungen", "Instructions"),
        say("Einstellungen der Website; Auskunft und Löschung nach docs/privacy.md",
            "settings of the site; access and erasure as in docs/privacy.md"));
    row(say("Rückgabe und Löschung am Ende", "Return and erasure at the end"),
        say("`etappe export`, dann Löschen des Datenordners",
            "`etappe export`, then deleting the data folder"));
    row(say("Unterauftragnehmer", "Sub-processors"), say("[Hosting]", "[hosting]"));
    row(say("Maßnahmen", "Measures"), say("siehe 4", "see 4"));
  }

  void assessment() {
    title("6 Datenschutz-Folgenabschätzung, Entwurf (Art. 35 DSGVO)",
          "6 Data protection impact assessment, draft (Art. 35 GDPR)");
    line(say("Schwellwert: keine automatisierten Entscheidungen, keine Profile über Websites hinweg, keine "
             "besonderen Kategorien. "
             "Umfangreiche Beobachtung: [Besucherzahl einschätzen].",
             "Threshold: no automated decisions, no profiles across websites, no special categories. "
             "Large-scale observation: [assess the "
             "number of visitors].") +
         (listens("identify")
              ? say(" Besucher werden Kundenkennungen zugeordnet: eine Abschätzung wird empfohlen.",
                    " Visitors are matched to customer ids: an assessment is recommended.")
              : "") +
         "\n");
    head("Risiko | Maßnahme | verbleibt", "risk | measure | remains");
    const auto risk = [this](const std::string& what, const std::string& measure, const std::string& rest) {
      line("| " + what + " | " + measure + " | " + rest + " |");
    };
    risk(say("Erfassung ohne Einwilligung", "recording without consent"), sentence_of(site_.policy),
         site_.policy == Policy::block && site_.regions.empty() ? say("gering", "low")
                                                                : say("[zu bewerten]", "[to be assessed]"));
    risk(say("Personenbezug in Adressen", "personal data in addresses"),
         say("Bereinigung auf dem Gerät und im Collector, eigene Regeln: ",
             "redaction on the device and in the collector, own rules: ") +
             std::to_string(site_.redaction_rules),
         say("was keiner Regel folgt; [Adressen prüfen]", "what follows no rule; [look at the addresses]"));
    risk(say("Widerruf bleibt ohne Folge", "withdrawal without effect"),
         site_.erases_on_withdrawal
             ? say("Löschung sofort, Beleg, späte Ereignisse abgelehnt",
                   "erasure at once, receipt, late events refused")
             : say("Erfassung endet, Löschung auf Antrag", "recording ends, erasure on request"),
         say("gering", "low"));
    risk(say("Zusammenführen mit anderen Daten", "matching with other data"),
         say("keine Weitergabe; Kennungen zufällig und je Website", "no passing on; ids random and per site"),
         say("gering", "low"));
    risk(say("Unbefugter Zugriff", "unauthorised access"), say("siehe 4", "see 4"),
         say("[zu bewerten]", "[to be assessed]"));
    line("\n" + say("Ergebnis und Freigabe: [Datum, Name]", "Result and approval: [date, name]"));
  }

  const Installation& installation_;
  const SiteFacts& site_;
  const bool is_german_;
  std::string text_;
};

}  // namespace

std::string privacy_papers(const Installation& installation, const std::vector<SiteFacts>& sites,
                           Language language, std::chrono::sys_days today) {
  const bool is_german = language == Language::german;
  std::string text =
      is_german ? "Etappe: Datenschutzunterlagen aus den geltenden Einstellungen, Stand " + date_of(today) +
                      ".\n\n**Keine Rechtsberatung.** Eine Beschreibung dessen, was die Software tut; was in "
                      "eckigen Klammern steht, weiß nur der Betreiber.\n"
                : "Etappe: privacy papers from the settings in force, as of " + date_of(today) +
                      ".\n\n**Not legal advice.** A description of what the software does; what stands in "
                      "square brackets only the operator knows.\n";
  for (const SiteFacts& site : sites) text += Writer(installation, site, language).write();
  return text;
}

}  // namespace etappe::papers
