{{/* The image of a service. Call with a dict of root and service. */}}
{{- define "onlineboutique.image" -}}
{{- if contains ":" .service.image -}}
{{ .service.image }}
{{- else -}}
{{ .root.Values.repoPrefix }}/{{ .service.image }}:{{ .root.Values.tag }}
{{- end -}}
{{- end -}}

{{/* Labels of a service. Call with a dict of root and name. */}}
{{- define "onlineboutique.labels" -}}
app: {{ .name }}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/part-of: onlineboutique
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{/* What a probe asks. Call with a dict of name and service. */}}
{{- define "onlineboutique.probe" -}}
{{- if eq .service.protocol "grpc" -}}
grpc:
  port: {{ .service.containerPort }}
{{- else if eq .service.protocol "tcp" -}}
tcpSocket:
  port: {{ .service.containerPort }}
{{- else -}}
httpGet:
  path: /_healthz
  port: {{ .service.containerPort }}
{{- end -}}
{{- end -}}
