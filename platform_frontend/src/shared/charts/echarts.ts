/** What we use of ECharts, and no more: it is most of what a page with a chart loads. */
import { BarChart, LineChart, ScatterChart } from 'echarts/charts'
import { AriaComponent, GridComponent, MarkAreaComponent, TooltipComponent } from 'echarts/components'
import { use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

use([LineChart, BarChart, ScatterChart, GridComponent, TooltipComponent, MarkAreaComponent, AriaComponent, CanvasRenderer])

export { connect } from 'echarts/core'
export { default as VChart } from 'vue-echarts'
export type { EChartsOption } from 'echarts'
