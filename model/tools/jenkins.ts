/** Steps of Jenkins and its plugins: which do what a command does, and which have nothing to do with delivery. */

/**
 * The command that a step stands for. `{name}` is the argument of that name, `{0}` the one without; where it is not
 * known as a text the word is left out.
 */
export const JENKINS_COMMANDS: Readonly<Record<string, string>> = {
  kubernetesDeploy: "kubectl apply -f {configs}",
  kubernetesApply: "kubectl apply -f {file}",
  KubernetesEngineBuilder: "kubectl apply -f {manifestPattern}",
  "openshift.apply": "oc apply -f {0}",
  openshiftDeploy: "oc rollout latest {depCfg}",
  openshiftBuild: "oc start-build {bldCfg}",
  openshiftVerifyDeployment: "oc rollout status {depCfg}",
  acsDeploy: "kubectl apply -f {configFilePaths}",
  googleCloudBuild: "gcloud builds submit",
  dependencyCheck: "dependency-check",
  dependencyCheckAnalyzer: "dependency-check",
  snykSecurity: "snyk test",
  waitForQualityGate: "sonar-scanner -Dsonar.qualitygate.wait=true",
  grypeScan: "grype {scanDest}",
  grypeScanner: "grype {scanDest}",
  aquaMicroscanner: "microscanner {imageName}",
  anchore: "anchore-cli image check",
  prismaCloudScanImage: "twistcli images scan {image}",
  twistlockScan: "twistcli images scan {image}",
  sysdigImageScan: "sysdig-cli-scanner {imageName}",
  sysdigImage: "sysdig-cli-scanner {imageName}",
  zapScan: "zap-baseline.py",
};

/** Steps of Jenkins itself and of its common plugins that build, publish, deploy and check nothing by themselves. */
export const JENKINS_PLAIN = new Set(
  (
    "agent allOf always ansiColor ansiblePlaybook any anyOf archive archiveArtifacts artifacts attachments axes axis beforeAgent " +
    "beforeInput beforeOptions bitbucketStatusNotify bool booleanParam branch buildDiscarder buildingTag catchError " +
    "changeRequest changed changelog changeset checkout checksStep choice cleanWs cleanup cobertura codeCoverage collectEnv container " +
    "copyArtifacts credentials cron currentBuild deleteDir dir disableConcurrentBuilds disableResume dockerNode " +
    "durabilityHint echo emailext emailextrecipients environment equals error escapeXml exclude excludes expression failFast failure " +
    "file fileExists file_exists findFiles fingerprint fixed getContext git githubNotify githubPush gitlabBuilds gitlabCommitStatus gitlabConnection hangoutsNotify " +
    "gerritReview googlechatnotification hipchatSend htmlpublisher influxDbPublisher input isUnix jacoco jdk jiraComment jiraSendBuildInfo jiraSendDeploymentInfo junit label labels lastChanges libraries link " +
    "listView lock logRotator mail maskPasswords matrix maven mattermostSend message milestone mstest newRelic node nodejs not notBuilt office365ConnectorSend ok options " +
    "parallel parallelsAlwaysFailFast parameters password perfReport pipelineTriggers plot podTemplate pollSCM post preserveStashes print println " +
    "prependToFile printf properties pullRequest publishChecks publishCoverage publishHTML publishIssues publishTestResults pwd quietPeriod readCSV readFile " +
    "readJSON readManifest readMavenPom readProperties readTOML readTrusted readYaml recordCoverage recordIssues resolveScm retry rocketSend run " +
    "scanForIssues scm script scriptPath sendGoogleChat sh sha1 sha256 skipDefaultCheckout skipStagesAfterUnstable slackSend slackUploadFile sleep " +
    "sshagent stage stages stash step steps string submitter success tag tagging tee telegramSend text throttle timeout timestamps tool " +
    "tools touch triggeredBy triggers unarchive unstable unstash unsuccessful unzip updateGitlabCommitStatus upstream usernamePassword usernameColonPassword validateDeclarativePipeline " +
    "waitUntil warnError warnings when withCredentials withDockerContainer withDockerRegistry withDockerServer withAWS withEnv withGradle withKubeConfig withKubeCredentials withMaven withSonarQubeEnv withVault wrap " +
    "writeCSV writeFile writeJSON writeMavenPom writeYaml ws xunit yaml yamlFile zip allure cucumber testng testNG nunit gatlingArchive perfpublisher sshPublisher sshPublisherDesc sshTransfer s3Upload s3Download " +
    "containerTemplate containerLog containerEnvVar envVar secretEnvVar hostPathVolume emptyDirVolume secretVolume configMapVolume persistentVolumeClaim portMapping imagePullSecrets " +
    "sonarToGitHub sonarqube addShortText addInfoBadge addBadge addErrorBadge addWarningBadge createSummary manager buildName buildDescription setCustomBuildProperty gitParameter extendedChoice cause build_description timestamper " +
    "withFolderProperties rtServer rtUpload rtDownload rtPublishBuildInfo rtMavenDeployer rtMavenResolver nexusArtifactUploader nexusPublisher uploadProgetPackage httpRequest sparseCheckoutPaths cleanBeforeCheckout disableRestartFromStage rateLimitBuilds overrideIndexTriggers newContainerPerStage checkoutToSubdirectory githubProjectProperty authorizationMatrix"
  ).split(" "),
);
