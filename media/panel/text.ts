/** The panel's own strings. Names of dimensions and cells are in `model/text/cells.json`; findings bring their texts. */

import type { Dimension, Level } from "../../model/kmm.ts";
import cells from "../../model/text/cells.json" with { type: "json" };
import type { FindingState, PracticeState, Rating } from "../../server/features/report-contract.ts";
import type { Language } from "./messages.ts";

type RatingKey = NonNullable<Rating> | "none";

export interface PanelText {
  title: string;
  refresh: string;
  folder: string;
  allFolders: string;
  starting: string;
  scanning: string;
  stopped: string;
  stoppedHint: string;
  restart: string;
  noFolder: string;
  noFolderHint: string;
  noEvidence: string;
  noFilesHint: string;
  noEvidenceHint: (files: number) => string;
  notEnough: (assessed: number) => string;
  level: (level: number) => string;
  noLevel: string;
  overall: (level: number) => string;
  weakest: (names: readonly string[]) => string;
  allEqual: string;
  mean: (mean: string) => string;
  scanned: (files: number, kubernetes: number, pipelines: number, repository: number) => string;
  strictly: (level: number) => string;
  possible: (level: number) => string;
  reach: (level: number) => string;
  confidence: (percent: number) => string;
  progress: (percent: number, level: number) => string;
  environment: string;
  allEnvironments: string;
  everyEnvironment: string;
  notProduction: string;
  notProductionHint: string;
  sideBySide: (count: number) => string;
  weakestLevel: string;
  weakestHint: string;
  lensAll: (counted: number, all: number) => string;
  lensOne: (name: string, level: number, why: string) => string;
  lensNothing: (name: string) => string;
  lensGone: (name: string) => string;
  lensNote: string;
  lensNoteAll: string;
  grid: string;
  gridHint: string;
  dimension: string;
  held: string;
  ratings: Record<RatingKey, string>;
  ratingSentences: Record<RatingKey, string>;
  share: (met: number, required: number) => string;
  cellLabel: (dimension: string, level: number, name: string, rating: string, share: string, held: boolean) => string;
  holdsBack: (level: number) => string;
  holdsBackNone: string;
  show: string;
  unmetOnly: string;
  everything: string;
  practices: string;
  noPractices: string;
  nothingUnmet: string;
  states: Record<PracticeState, string>;
  findingStates: Record<FindingState, string>;
  required: string;
  supporting: string;
  metOf: (met: number, all: number) => string;
  attested: (count: number) => string;
  waived: (count: number) => string;
  unknown: (count: number) => string;
  asked: string;
  askedHint: string;
  explain: string;
  explainLabel: (title: string) => string;
  safeFix: string;
  reviewFix: string;
  noFindings: string;
  noFindingsHere: string;
  wholeWorkspace: string;
  showMore: (more: number, left: number) => string;
  reason: (reason: string) => string;
  notices: (count: number) => string;
  notRead: (count: number) => string;
}

const one = (count: number, singular: string, plural: string) => `${count} ${count === 1 ? singular : plural}`;

const en: PanelText = {
  title: "Kubernetes Maturity Model",
  refresh: "Scan again",
  folder: "Folder",
  allFolders: "All folders",
  starting: "The analysis is starting…",
  scanning: "Scanning: the numbers may still change.",
  stopped: "The analysis has stopped",
  stoppedHint: "It stopped working several times in a row. The log is in the output “Kubernetes Maturity Model”.",
  restart: "Restart the analysis",
  noFolder: "No folder is open",
  noFolderHint: "Open the folder that holds your manifests, charts or pipelines to see which level they reflect.",
  noEvidence: "No evidence yet",
  noFilesHint:
    "No file that the model speaks of was found here. Open a folder with Kubernetes manifests, Helm charts, Kustomize overlays or CI/CD pipelines.",
  noEvidenceHint: (files) =>
    `${one(files, "file was", "files were")} read, but none says anything about a level. Open a folder with Kubernetes manifests, Helm charts, Kustomize overlays or CI/CD pipelines.`,
  notEnough: (assessed) => `${assessed} of 5 dimensions have evidence: too few for one level over all.`,
  level: (level) => `Level ${level}`,
  noLevel: "No evidence yet",
  overall: (level) => `Level ${level}`,
  weakest: (names) => `weakest: ${names.join(" · ")}`,
  allEqual: "in every dimension that has evidence",
  mean: (mean) => `mean ${mean}`,
  scanned: (files, kubernetes, pipelines, repository) =>
    `${one(files, "file", "files")} read: ${kubernetes} Kubernetes, ${one(pipelines, "pipeline", "pipelines")}, ${repository} about the repository`,
  strictly: (level) => `strictly ${level}`,
  possible: (level) => `up to ${level} if what is unknown turns out well`,
  reach: (level) => `evidence up to ${level}`,
  confidence: (percent) => `${percent}% could be judged`,
  progress: (percent, level) => `${percent}% of level ${level}`,
  environment: "Environment",
  allEnvironments: "All",
  everyEnvironment: "Whole workspace",
  notProduction: "not production",
  notProductionHint: "Not production by its path or namespace: shown, but not counted in the levels of the workspace.",
  sideBySide: (count) => `${one(count, "environment", "environments")} side by side`,
  weakestLevel: "the weakest",
  weakestHint: "▾ the weakest level of its row",
  lensAll: (counted, all) =>
    counted === all
      ? "The whole workspace is shown."
      : `The whole workspace is shown; ${counted} of ${one(all, "environment counts", "environments count")}.`,
  lensOne: (name, level, why) => `${name} is shown: level ${level}, ${why}.`,
  lensNothing: (name) => `${name} is shown: no evidence yet.`,
  lensGone: (name) => `${name} is not here any more: the whole workspace is shown.`,
  lensNote:
    "Practices and counts are those of the whole workspace; places that are known to be of other environments only are left out.",
  lensNoteAll: "Practices, counts and places are those of the whole workspace.",
  grid: "Maturity grid: dimensions by levels",
  gridHint: "Arrow keys move between cells; Enter shows a cell's practices.",
  dimension: "Dimension",
  held: "held",
  ratings: { F: "fully", L: "largely", P: "partially", N: "not yet", none: "nothing applies" },
  ratingSentences: {
    F: "Fully achieved",
    L: "Largely achieved",
    P: "Partially achieved",
    N: "Not achieved",
    none: "Nothing here applies",
  },
  share: (met, required) => `${met} of ${one(required, "required practice", "required practices")}`,
  cellLabel: (dimension, level, name, rating, share, held) =>
    `${dimension}, level ${level}, ${name}: ${rating.toLowerCase()}${share === "" ? "" : `, ${share}`}${held ? ", held" : ""}`,
  holdsBack: (level) => `What holds it at level ${level}`,
  holdsBackNone: "Nothing holds it back.",
  show: "Show",
  unmetOnly: "Unmet",
  everything: "All",
  practices: "Practices",
  noPractices: "No practice of this cell has been judged.",
  nothingUnmet: "Nothing unmet here.",
  states: {
    met: "met",
    partial: "partly met",
    unmet: "unmet",
    unknown: "cannot tell",
    "not-applicable": "does not apply",
    attested: "attested",
    waived: "waived",
  },
  findingStates: { met: "met", unmet: "unmet", unknown: "cannot tell", waived: "waived" },
  required: "required",
  supporting: "supporting",
  metOf: (met, all) => `${met} of ${all}`,
  attested: (count) => `${count} attested`,
  waived: (count) => `${count} waived`,
  unknown: (count) => `${count} cannot be told`,
  asked: "asked",
  askedHint: "No file can show this. Answer it under “answers” in .kmm.yaml.",
  explain: "Explain",
  explainLabel: (title) => `Explain: ${title}`,
  safeFix: "safe fix",
  reviewFix: "fix to review",
  noFindings: "No places to show.",
  noFindingsHere: "No places in this environment.",
  wholeWorkspace: "whole workspace",
  showMore: (more, left) => `Show ${more} more of ${left}`,
  reason: (reason) => `Reason: ${reason}`,
  notices: (count) => one(count, "notice", "notices"),
  notRead: (count) => one(count, "file not read", "files not read"),
};

const sv: PanelText = {
  title: "Mognadsmodell för Kubernetes",
  refresh: "Läs igen",
  folder: "Mapp",
  allFolders: "Alla mappar",
  starting: "Analysen startar…",
  scanning: "Läser filer: siffrorna kan ännu ändras.",
  stopped: "Analysen har stannat",
  stoppedHint: "Den slutade fungera flera gånger i rad. Loggen finns i utdata för ”Kubernetes Maturity Model”.",
  restart: "Starta om analysen",
  noFolder: "Ingen mapp är öppen",
  noFolderHint: "Öppna mappen med dina manifest, charts eller pipelines för att se vilken nivå de speglar.",
  noEvidence: "Inga belägg ännu",
  noFilesHint:
    "Här finns ingen fil som modellen handlar om. Öppna en mapp med Kubernetesmanifest, Helm-charts, Kustomize-overlays eller CI/CD-pipelines.",
  noEvidenceHint: (files) =>
    `${one(files, "fil", "filer")} har lästs, men ingen säger något om en nivå. Öppna en mapp med Kubernetesmanifest, Helm-charts, Kustomize-overlays eller CI/CD-pipelines.`,
  notEnough: (assessed) => `${assessed} av 5 dimensioner har belägg: för få för en samlad nivå.`,
  level: (level) => `Nivå ${level}`,
  noLevel: "Inga belägg ännu",
  overall: (level) => `Nivå ${level}`,
  weakest: (names) => `svagast: ${names.join(" · ")}`,
  allEqual: "i alla dimensioner som har belägg",
  mean: (mean) => `medel ${mean.replace(".", ",")}`,
  scanned: (files, kubernetes, pipelines, repository) =>
    `${one(files, "fil läst", "filer lästa")}: ${kubernetes} för Kubernetes, ${one(pipelines, "pipeline", "pipelines")}, ${repository} om repot`,
  strictly: (level) => `strikt ${level}`,
  possible: (level) => `upp till ${level} om det okända faller väl ut`,
  reach: (level) => `belägg upp till ${level}`,
  confidence: (percent) => `${percent} % kunde bedömas`,
  progress: (percent, level) => `${percent} % av nivå ${level}`,
  environment: "Miljö",
  allEnvironments: "Alla",
  everyEnvironment: "Hela arbetsytan",
  notProduction: "ej produktion",
  notProductionHint: "Inte produktion enligt sökväg eller namnrymd: visas men räknas inte i arbetsytans nivåer.",
  sideBySide: (count) => `${one(count, "miljö", "miljöer")} sida vid sida`,
  weakestLevel: "svagast",
  weakestHint: "▾ radens svagaste nivå",
  lensAll: (counted, all) =>
    counted === all
      ? "Hela arbetsytan visas."
      : `Hela arbetsytan visas; ${counted} av ${one(all, "miljö", "miljöer")} räknas.`,
  lensOne: (name, level, why) => `${name} visas: nivå ${level}, ${why}.`,
  lensNothing: (name) => `${name} visas: inga belägg ännu.`,
  lensGone: (name) => `${name} finns inte längre: hela arbetsytan visas.`,
  lensNote:
    "Praktiker och antal gäller hela arbetsytan; ställen som man vet bara hör till andra miljöer är utelämnade.",
  lensNoteAll: "Praktiker, antal och ställen gäller hela arbetsytan.",
  grid: "Mognadskarta: dimensioner och nivåer",
  gridHint: "Piltangenterna flyttar mellan cellerna; Retur visar en cells praktiker.",
  dimension: "Dimension",
  held: "uppnådd",
  ratings: { F: "helt", L: "till stor del", P: "delvis", N: "inte än", none: "inget gäller" },
  ratingSentences: {
    F: "Helt uppfyllt",
    L: "Till stor del uppfyllt",
    P: "Delvis uppfyllt",
    N: "Inte uppfyllt",
    none: "Inget här är tillämpligt",
  },
  share: (met, required) => `${met} av ${one(required, "krävd praktik", "krävda praktiker")}`,
  cellLabel: (dimension, level, name, rating, share, held) =>
    `${dimension}, nivå ${level}, ${name}: ${rating.toLowerCase()}${share === "" ? "" : `, ${share}`}${held ? ", uppnådd" : ""}`,
  holdsBack: (level) => `Det som håller kvar på nivå ${level}`,
  holdsBackNone: "Inget håller tillbaka.",
  show: "Visa",
  unmetOnly: "Brister",
  everything: "Allt",
  practices: "Praktiker",
  noPractices: "Ingen praktik i den här cellen har bedömts.",
  nothingUnmet: "Inga brister här.",
  states: {
    met: "uppfylld",
    partial: "delvis uppfylld",
    unmet: "ej uppfylld",
    unknown: "går inte att avgöra",
    "not-applicable": "ej tillämplig",
    attested: "intygad",
    waived: "undantagen",
  },
  findingStates: { met: "uppfylld", unmet: "ej uppfylld", unknown: "går inte att avgöra", waived: "undantagen" },
  required: "krävs",
  supporting: "stödjande",
  metOf: (met, all) => `${met} av ${all}`,
  attested: (count) => one(count, "intygad", "intygade"),
  waived: (count) => one(count, "undantagen", "undantagna"),
  unknown: (count) => `${count} går inte att avgöra`,
  asked: "besvaras",
  askedHint: "Ingen fil kan visa detta. Besvara det under ”answers” i .kmm.yaml.",
  explain: "Förklara",
  explainLabel: (title) => `Förklara: ${title}`,
  safeFix: "säker rättning",
  reviewFix: "rättning att granska",
  noFindings: "Inga ställen att visa.",
  noFindingsHere: "Inga ställen i den här miljön.",
  wholeWorkspace: "hela arbetsytan",
  showMore: (more, left) => `Visa ${more} till av ${left}`,
  reason: (reason) => `Skäl: ${reason}`,
  notices: (count) => one(count, "upplysning", "upplysningar"),
  notRead: (count) => one(count, "fil ej läst", "filer ej lästa"),
};

export const PANEL_TEXT: Readonly<Record<Language, PanelText>> = { en, sv };

export function dimensionName(language: Language, dimension: Dimension): string {
  return cells[language][dimension].name;
}

export function cellText(language: Language, dimension: Dimension, level: Level): { name: string; text: string } {
  return cells[language][dimension].levels[level];
}
