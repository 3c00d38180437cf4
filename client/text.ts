/** Strings that the extension itself shows. The server's texts come from the server, the panel's from the panel. */
import { env, workspace } from "vscode";

export type Language = "en" | "sv";

export interface ClientText {
  shortNames: Record<string, string>;
  noEvidence: string;
  noEvidenceHint: string;
  starting: string;
  scanning: string;
  stopped: string;
  stoppedHint: string;
  restart: string;
  openGrid: string;
  level: (level: number) => string;
  weakest: (name: string) => string;
  statusLabel: (level: number, name: string) => string;
  panelTitle: string;
  pickPractice: string;
  noPractices: string;
  notRunning: string;
  unknownPractice: (id: string) => string;
  pickTarget: string;
  currentTarget: string;
  cannotOpen: (path: string) => string;
}

const en: ClientText = {
  shortNames: {
    culture: "Culture",
    architecture: "Architecture",
    automation: "Automation",
    security: "Security",
    scalability: "Scalability",
  },
  noEvidence: "No evidence yet",
  noEvidenceHint: "No Kubernetes manifest, chart or pipeline has been read that says anything about a level.",
  starting: "The analysis is starting…",
  scanning: "Scanning the workspace…",
  stopped: "The maturity analysis has stopped: it failed several times in a row.",
  stoppedHint: "The analysis has stopped. Click to restart it.",
  restart: "Restart",
  openGrid: "Click to open the maturity grid.",
  level: (level) => `level ${level}`,
  weakest: (name) => `weakest: ${name}`,
  statusLabel: (level, name) => `Kubernetes Maturity Model: level ${level}, weakest in ${name}`,
  panelTitle: "Maturity Grid",
  pickPractice: "Which practice should be explained?",
  noPractices: "Nothing has been judged yet, so there is no practice to explain.",
  notRunning: "The maturity analysis is not running.",
  unknownPractice: (id) => `There is no practice “${id}”.`,
  pickTarget: "Which level is the target?",
  currentTarget: "current target",
  cannotOpen: (path) => `${path} could not be opened.`,
};

const sv: ClientText = {
  shortNames: {
    culture: "Kultur",
    architecture: "Arkitektur",
    automation: "Automatisering",
    security: "Säkerhet",
    scalability: "Skalbarhet",
  },
  noEvidence: "Inga belägg ännu",
  noEvidenceHint: "Inget Kubernetesmanifest, chart eller pipeline som säger något om en nivå har lästs.",
  starting: "Analysen startar…",
  scanning: "Läser arbetsytan…",
  stopped: "Mognadsanalysen har stannat: den slutade fungera flera gånger i rad.",
  stoppedHint: "Analysen har stannat. Klicka för att starta om den.",
  restart: "Starta om",
  openGrid: "Klicka för att öppna mognadskartan.",
  level: (level) => `nivå ${level}`,
  weakest: (name) => `svagast: ${name}`,
  statusLabel: (level, name) => `Mognadsmodell för Kubernetes: nivå ${level}, svagast inom ${name}`,
  panelTitle: "Mognadskarta",
  pickPractice: "Vilken praktik ska förklaras?",
  noPractices: "Inget har bedömts ännu, så det finns ingen praktik att förklara.",
  notRunning: "Mognadsanalysen är inte igång.",
  unknownPractice: (id) => `Det finns ingen praktik ”${id}”.`,
  pickTarget: "Vilken nivå är målet?",
  currentTarget: "nuvarande mål",
  cannotOpen: (path) => `${path} kunde inte öppnas.`,
};

export const CLIENT_TEXT: Readonly<Record<Language, ClientText>> = { en, sv };

/** The same rule as the server's: the setting, else the editor's language where we have it, else English. */
export function language(): Language {
  const chosen = workspace.getConfiguration("kmm").get<string>("language");
  if (chosen === "en" || chosen === "sv") return chosen;
  return env.language.toLowerCase().startsWith("sv") ? "sv" : "en";
}

export function text(): ClientText {
  return CLIENT_TEXT[language()];
}
